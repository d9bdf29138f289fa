import CCrypto

/// A key that seals, with the number by which sealed bytes name it.
public struct SealingKey: Sendable {
    public let id: UInt32
    let secret: Secret

    /// Throws `.badKey` unless there are 32 bytes.
    public init(id: UInt32, _ secret: Secret) throws(SealingError) {
        guard secret.bytes.count == 32 else { throw .badKey }
        self.id = id
        self.secret = secret
    }
}

/// AES-256-GCM over small secrets at rest.
///
/// Bytes: `u8 form = 1`, `u32 key id` (big-endian), 12 random bytes of nonce, the ciphertext, 16 bytes of tag.
/// The place where they belong (table, row, column) goes in as `place`, so that they open nowhere else.
/// A key must not seal more than 2^32 values: nonces are random (NIST SP 800-38D §8.3).
public enum Sealed {
    public static let overheadBytes = 1 + 4 + 12 + 16

    public static func seal(_ secret: Secret, with key: SealingKey, place: String) throws(SealingError) -> [UInt8] {
        let nonce = RandomBytes.make(12)
        var out = head(of: key)
        let bound = out + Array(place.utf8)
        out += nonce
        out += try Cipher(key, nonce, sealing: true).run(secret.bytes, bound: bound, tag: nil)
        return out
    }

    /// What everything begins with that this key has sealed: the form, and the key's id.
    public static func head(of key: SealingKey) -> [UInt8] {
        [1] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: key.id >> UInt32($0)) }
    }

    /// Throws `.cannotOpen` when anything was changed, or the place is another; `.unknownKey` for a key not in `keys`.
    public static func open(_ sealed: [UInt8], with keys: [SealingKey], place: String) throws(SealingError) -> Secret {
        guard sealed.count >= overheadBytes, sealed[0] == 1 else { throw .cannotOpen }
        let id = sealed[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let key = keys.first(where: { $0.id == id }) else { throw .unknownKey(id) }
        let bound = Array(sealed[..<5]) + Array(place.utf8)
        let (nonce, body) = (Array(sealed[5..<17]), Array(sealed[17..<(sealed.count - 16)]))
        let cipher = try Cipher(key, nonce, sealing: false)
        return Secret(try cipher.run(body, bound: bound, tag: Array(sealed.suffix(16))))
    }
}

/// One message through EVP_CIPHER.
private struct Cipher: ~Copyable {
    private let context: OpaquePointer

    init(_ key: SealingKey, _ nonce: [UInt8], sealing: Bool) throws(SealingError) {
        context = Digests.present(EVP_CIPHER_CTX_new(), "memory")
        let done = EVP_CipherInit_ex2(context, EVP_aes_256_gcm(), key.secret.bytes, nonce, sealing ? 1 : 0, nil)
        guard done == 1 else { throw .library(Int32(truncatingIfNeeded: ERR_get_error())) }
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// With `tag`, opens and checks it; without, seals and appends it.
    consuming func run(_ input: [UInt8], bound: [UInt8], tag: [UInt8]?) throws(SealingError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: input.count + 16)
        var count: Int32 = 0
        var tail: Int32 = 0
        guard EVP_CipherUpdate(context, nil, &count, bound, Int32(bound.count)) == 1,
            EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) == 1
        else { throw .cannotOpen }
        if var tag {
            guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1 else { throw .cannotOpen }
        }
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_CipherFinal_ex(context, &rest, &tail) == 1, tail == 0 else { throw .cannotOpen }
        output.removeLast(16)
        guard tag == nil else { return output }
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &rest) == 1 else { throw .cannotOpen }
        return output + rest
    }
}
