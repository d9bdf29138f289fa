/// A blob that is open: it can be read to its end even if it is swept meanwhile.
public struct Blob: Sendable {
    public let digest: Digest
    public let size: Int64
    let file: OpenFile
    let identity: Verified.Identity
    let verified: Verified
    let threads: FileThreads

    /// Reads the bytes from `offset` on; the range must lie within the blob.
    public func read(from offset: Int64 = 0, count: Int64) -> BlobReading {
        precondition(offset >= 0 && count >= 0 && offset <= size && count <= size - offset, "a range outside the blob")
        return BlobReading(blob: self, offset: offset, count: count)
    }
}
