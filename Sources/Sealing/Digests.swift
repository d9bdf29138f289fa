import CCrypto

/// Algorithms of libcrypto, looked up once: a look-up costs more than hashing a small message.
enum Digests {
    /// libcrypto's algorithm objects are immutable and meant to be shared by all threads; these are never freed.
    private struct Shared: @unchecked Sendable {
        let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
        let hmac = EVP_MAC_fetch(nil, "HMAC", nil)
    }

    private static let shared = Shared()

    static var sha256: OpaquePointer { present(shared.sha256, "SHA-256") }
    static var hmac: OpaquePointer { present(shared.hmac, "HMAC") }

    /// Memory or a build of libcrypto without the algorithm: neither can be answered by going on.
    static func present(_ pointer: OpaquePointer?, _ what: StaticString) -> OpaquePointer {
        guard let pointer else { preconditionFailure("libcrypto has no \(what)") }
        return pointer
    }
}
