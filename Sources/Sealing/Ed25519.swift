import CCrypto

/// Signatures (RFC 8032), 64 bytes each.
public enum Ed25519 {
    public static let keyBytes = 32
    public static let signatureBytes = 64

    public struct PrivateKey: Sendable {
        private let key: Key
        /// The 32 bytes of the seed, to be kept in a file of mode 0600.
        public let seed: Secret

        /// Throws `.badKey` unless there are 32 bytes.
        public init(seed: Secret) throws(SealingError) {
            guard seed.bytes.count == keyBytes,
                let pointer = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed.bytes, keyBytes)
            else { throw .badKey }
            self.key = Key(pointer)
            self.seed = seed
        }

        public static func generate() throws(SealingError) -> PrivateKey {
            try PrivateKey(seed: .random(keyBytes))
        }

        public var publicKey: PublicKey {
            get throws(SealingError) { try PublicKey(raw: key.publicBytes()) }
        }

        public func sign(_ data: [UInt8]) throws(SealingError) -> [UInt8] {
            try key.sign(data)
        }
    }

    public struct PublicKey: Sendable, Equatable {
        private let key: Key
        public let raw: [UInt8]

        /// Throws `.badKey` unless there are 32 bytes.
        public init(raw: [UInt8]) throws(SealingError) {
            guard raw.count == keyBytes,
                let pointer = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, keyBytes)
            else { throw .badKey }
            self.key = Key(pointer)
            self.raw = raw
        }

        /// Whether the holder of the private key has signed exactly these bytes.
        public func isSignature(_ signature: [UInt8], of data: [UInt8]) -> Bool {
            key.isSignature(signature, of: data)
        }

        public static func == (left: PublicKey, right: PublicKey) -> Bool { left.raw == right.raw }
    }
}

/// One EVP_PKEY. It is not changed after `init`, and libcrypto lets any number of threads sign and verify
/// with such a key (openssl-threads(7)): sharing it is safe.
private final class Key: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    func publicBytes() throws(SealingError) -> [UInt8] {
        var raw = [UInt8](repeating: 0, count: Ed25519.keyBytes)
        var count = raw.count
        guard EVP_PKEY_get_raw_public_key(pointer, &raw, &count) == 1 else { throw .badKey }
        return raw
    }

    func sign(_ data: [UInt8]) throws(SealingError) -> [UInt8] {
        let context = Digests.present(EVP_MD_CTX_new(), "memory")
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Ed25519.signatureBytes)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1,
            EVP_DigestSign(context, &signature, &count, data, data.count) == 1, count == signature.count
        else { throw .library(Int32(truncatingIfNeeded: ERR_get_error())) }
        return signature
    }

    func isSignature(_ signature: [UInt8], of data: [UInt8]) -> Bool {
        let context = Digests.present(EVP_MD_CTX_new(), "memory")
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        return signature.count == Ed25519.signatureBytes
            && EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, data, data.count) == 1
    }
}
