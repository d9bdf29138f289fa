import CCrypto

/// Somebody else's public key, as a JSON Web Key gives its numbers (RFC 7518 §6, RFC 8037), and the four signatures
/// over it that are believed here. Which of them is meant is never taken from what was signed: see `Signature`.
public struct VerificationKey: Sendable {
    /// RSA keys outside of these are refused: too weak, or too dear to check.
    public static let rsaBits = 2048...8192

    public enum Signature: String, Sendable, CaseIterable {
        /// RSASSA-PKCS1-v1_5 and RSASSA-PSS with SHA-256; ECDSA over P-256 with SHA-256; Ed25519.
        case rs256 = "RS256"
        case ps256 = "PS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    private let key: PublicKey
    private let kind: Int32

    /// Throws `.badKey` for numbers that make no key, or a weak one.
    public init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(SealingError) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard Self.rsaBits.contains(bits), (1...4).contains(exponent.count), exponent.last.map({ $0 & 1 == 1 }) == true,
            exponent != [1]
        else { throw .badKey }
        let numbers = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
        key = try PublicKey(DER.sequence(DER.sequence(DER.rsaEncryption) + DER.bits(numbers)))
        kind = EVP_PKEY_RSA
    }

    /// Throws `.badKey` unless the point is on the curve.
    public init(p256X x: [UInt8], y: [UInt8]) throws(SealingError) {
        guard x.count == 32, y.count == 32 else { throw .badKey }
        key = try PublicKey(DER.sequence(DER.sequence(DER.ecPublicKeyP256) + DER.bits([4] + x + y)))
        kind = EVP_PKEY_EC
    }

    /// Throws `.badKey` unless there are 32 bytes.
    public init(ed25519 x: [UInt8]) throws(SealingError) {
        guard x.count == 32 else { throw .badKey }
        key = try PublicKey(DER.sequence(DER.sequence(DER.ed25519) + DER.bits(x)))
        kind = EVP_PKEY_ED25519
    }

    /// Whether the holder of the private key has signed exactly these bytes in that way. `false` for a way that is not
    /// of this kind of key.
    public func isSignature(_ signature: [UInt8], of data: [UInt8], by way: Signature) -> Bool {
        defer { ERR_clear_error() }
        switch way {
        case .rs256: return kind == EVP_PKEY_RSA && key.verify(signature, data, RSA_PKCS1_PADDING)
        case .ps256: return kind == EVP_PKEY_RSA && key.verify(signature, data, RSA_PKCS1_PSS_PADDING)
        case .es256:
            // Two numbers of 32 bytes side by side (RFC 7518 §3.4); libcrypto wants them as a sequence.
            guard kind == EVP_PKEY_EC, signature.count == 64 else { return false }
            let pair = DER.integer(Array(signature.prefix(32))) + DER.integer(Array(signature.suffix(32)))
            return key.verify(DER.sequence(pair), data, nil)
        case .edDSA: return kind == EVP_PKEY_ED25519 && signature.count == 64 && key.verify(signature, data)
        }
    }
}

/// One EVP_PKEY. It is not changed after `init`, and libcrypto lets any number of threads verify with such a key
/// (openssl-threads(7)): sharing it is safe.
private final class PublicKey: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// From a SubjectPublicKeyInfo (RFC 5280).
    init(_ info: [UInt8]) throws(SealingError) {
        let made = info.withUnsafeBufferPointer { bytes in
            var at = bytes.baseAddress
            return d2i_PUBKEY(nil, &at, bytes.count)
        }
        guard let made else {
            ERR_clear_error()
            throw .badKey
        }
        pointer = made
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Ed25519, which hashes by itself.
    func verify(_ signature: [UInt8], _ data: [UInt8]) -> Bool {
        let context = Digests.present(EVP_MD_CTX_new(), "memory")
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, data, data.count) == 1
    }

    /// With SHA-256; of RSA, with a padding whose salt, if it has one, is as long as the digest.
    func verify(_ signature: [UInt8], _ data: [UInt8], _ padding: Int32?) -> Bool {
        let context = Digests.present(EVP_MD_CTX_new(), "memory")
        defer { EVP_MD_CTX_free(context) }
        var settings: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &settings, EVP_sha256(), nil, pointer) == 1 else { return false }
        if let padding {
            guard EVP_PKEY_CTX_set_rsa_padding(settings, padding) == 1 else { return false }
            if padding == RSA_PKCS1_PSS_PADDING {
                guard EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1 else { return false }
            }
        }
        return EVP_DigestVerify(context, signature, signature.count, data, data.count) == 1
    }
}

/// As much of X.690 as public keys need.
private enum DER {
    /// `SEQUENCE`s without their head: the algorithms' identifiers (RFC 3279, RFC 5480, RFC 8410).
    static let rsaEncryption: [UInt8] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
    static let ecPublicKeyP256: [UInt8] = [
        0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
        0x07,
    ]
    static let ed25519: [UInt8] = [0x06, 0x03, 0x2b, 0x65, 0x70]

    static func sequence(_ content: [UInt8]) -> [UInt8] { value(0x30, content) }

    static func bits(_ content: [UInt8]) -> [UInt8] { value(0x03, [0] + content) }

    /// An unsigned number: without leading zeros, but for one that keeps it positive.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        let isNegative = (digits.first ?? 0) & 0x80 != 0
        return value(0x02, (isNegative || digits.isEmpty ? [0] : []) + digits)
    }

    private static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)]
            : count < 0x100
                ? [0x81, UInt8(count)]
                : [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        return [tag] + length + content
    }
}
