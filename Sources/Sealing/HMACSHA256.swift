import CCrypto

/// HMAC (RFC 2104) with SHA-256: 32 bytes which only a holder of the key can make.
public enum HMACSHA256 {
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        let context = Digests.present(EVP_MAC_CTX_new(Digests.hmac), "memory")
        defer { EVP_MAC_CTX_free(context) }
        initialize(context, key: key)
        var done = EVP_MAC_update(context, message, message.count)
        precondition(done == 1, "HMAC update")
        return [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { out, count in
            done = EVP_MAC_final(context, out.baseAddress, &count, SHA256.byteCount)
            precondition(done == 1 && count == SHA256.byteCount, "HMAC final")
        }
    }

    public static func code(for message: [UInt8], key: Secret) -> [UInt8] {
        code(for: message, key: key.bytes)
    }

    /// Compares in constant time.
    public static func isValid(_ code: some Sequence<UInt8>, for message: [UInt8], key: [UInt8]) -> Bool {
        constantTimeEqual(Array(code), Self.code(for: message, key: key))
    }

    /// A key of its own for each purpose, out of one that is kept: what proves one thing then proves nothing else.
    public static func key(for purpose: StaticString, from key: Secret) -> Secret {
        Secret(code(for: Array("halley/\(purpose)".utf8), key: key.bytes))
    }

    private static func initialize(_ context: OpaquePointer, key: [UInt8]) {
        // A parameter keeps pointers to its name and its value: both must live until it was read.
        var value = Array("SHA256".utf8CString)
        let done = "digest".withCString { name in
            value.withUnsafeMutableBufferPointer { value in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(name, value.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                // An empty key is a key too, but libcrypto wants a pointer to it.
                return (key.isEmpty ? [0] : key).withUnsafeBufferPointer {
                    EVP_MAC_init(context, $0.baseAddress, key.count, parameters)
                }
            }
        }
        precondition(done == 1, "HMAC init")
    }
}
