internal import CCrypto

/// HMAC (RFC 2104) with SHA-256: 32 bytes which only a holder of the key can make.
public enum HMACSHA256 {
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
            var written: UInt32 = 0
            let made = HMAC(
                EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, &written)
            precondition(made != nil && Int(written) == SHA256.byteCount, "libcrypto without HMAC")
            count = SHA256.byteCount
        }
    }

    /// Compares in constant time.
    public static func isValid(_ code: some Sequence<UInt8>, for message: [UInt8], key: [UInt8]) -> Bool {
        let (given, right) = (Array(code), Self.code(for: message, key: key))
        return given.count == right.count && CRYPTO_memcmp(given, right, right.count) == 0
    }
}
