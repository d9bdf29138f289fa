/// HMAC (RFC 2104) with SHA-256: 32 bytes which only a holder of the key can make.
public enum HMACSHA256 {
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        HMAC.code("SHA256", byteCount: SHA256.byteCount, for: message, key: key)
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
}
