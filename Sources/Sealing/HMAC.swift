import CCrypto

/// HMAC (RFC 2104) over a digest of libcrypto's.
enum HMAC {
    static func code(
        _ digest: StaticString, byteCount: Int, for message: [UInt8], key: [UInt8]
    ) -> [UInt8] {
        let context = Digests.present(EVP_MAC_CTX_new(Digests.hmac), "memory")
        defer { EVP_MAC_CTX_free(context) }
        initialize(context, digest, key: key)
        var done = EVP_MAC_update(context, message, message.count)
        precondition(done == 1, "HMAC update")
        return [UInt8](unsafeUninitializedCapacity: byteCount) { out, count in
            done = EVP_MAC_final(context, out.baseAddress, &count, byteCount)
            precondition(done == 1 && count == byteCount, "HMAC final")
        }
    }

    private static func initialize(_ context: OpaquePointer, _ digest: StaticString, key: [UInt8]) {
        // A parameter keeps pointers to its name and its value: both must live until it was read.
        var value = Array(String(describing: digest).utf8CString)
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
