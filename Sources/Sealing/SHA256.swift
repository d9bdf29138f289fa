import CCrypto

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
///
///     var hash = SHA256()
///     hash.update(firstPiece)
///     hash.update(secondPiece)
///     let digest = hash.finish()
public struct SHA256: ~Copyable, @unchecked Sendable {
    // @unchecked: the context is reached through this one value, which cannot be copied.
    public static let byteCount = 32

    private let context: OpaquePointer

    public init() {
        context = Digests.present(EVP_MD_CTX_new(), "memory")
        begin()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(done == 1, "SHA-256 update")
    }

    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let contiguous: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        guard contiguous == nil else { return }
        Array(bytes).withUnsafeBytes { update($0) }
    }

    /// The 32 bytes. Afterwards the value is as new, ready for another message.
    public mutating func finish() -> [UInt8] {
        let digest = [UInt8](unsafeUninitializedCapacity: Self.byteCount) { out, count in
            let done = EVP_DigestFinal_ex(context, out.baseAddress, nil)
            precondition(done == 1, "SHA-256 finish")
            count = Self.byteCount
        }
        begin()
        return digest
    }

    private func begin() {
        let done = EVP_DigestInit_ex2(context, Digests.sha256, nil)
        precondition(done == 1, "SHA-256 init")
    }
}

extension SHA256 {
    /// The digest of bytes that are all there.
    public static func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable { digest(of: UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { digest(of: $0) }
    }

    public static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { out, count in
            let done = EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, nil, Digests.sha256, nil)
            precondition(done == 1, "SHA-256")
            count = byteCount
        }
    }
}
