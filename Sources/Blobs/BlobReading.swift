internal import Sealing
internal import Synchronization

/// The bytes of a range, a mebibyte at a time; while one is being sent, the next is being read.
///
/// Whoever reads a blob as a whole gets its last mebibyte only if the digest of everything is right. So a damaged file
/// of up to a mebibyte shows nothing, and of a larger one the stream ends with `.mismatch`. What was right within a day
/// and has not been changed is not hashed again (`Verified`), and parts of a file are not verified as they are read;
/// the scrubber looks after them.
public struct BlobReading: ~Copyable, Sendable {
    public static let chunkBytes = 256 * 1024
    static let batchBytes = 1024 * 1024

    private let blob: Blob
    private let check: ReadingCheck?
    private var offset: Int64
    private let end: Int64
    private var ahead: Ticket<[[UInt8]]>?

    init(blob: Blob, offset: Int64, count: Int64) {
        self.blob = blob
        self.offset = offset
        self.end = offset + count
        let isDue = count == blob.size && !blob.verified.holds(blob.identity)
        self.check = isDue ? ReadingCheck(digest: blob.digest) : nil
    }

    /// The next chunks of at most 256 KiB each, a mebibyte together; `nil` after the last.
    public mutating func next() async throws(BlobError) -> [[UInt8]]? {
        if ahead == nil { try readAhead() }
        guard let ticket = ahead else { return nil }
        let batch = try await ticket.value()
        ahead = nil
        try readAhead()
        return batch
    }

    private mutating func readAhead() throws(BlobError) {
        guard offset < end else { return }
        let (from, count) = (offset, Int(min(Int64(Self.batchBytes), end - offset)))
        let isLast = from + Int64(count) == end
        offset += Int64(count)
        ahead = try blob.threads.start { [blob, check] () throws(BlobError) in
            let batch = try Self.batch(of: blob.file, from: from, count: count)
            guard let check else { return batch }
            for chunk in batch { check.update(chunk) }
            guard isLast else { return batch }
            guard check.isRight() else { throw .mismatch }
            blob.verified.note(blob.identity)
            return batch
        }
    }

    private static func batch(of file: OpenFile, from: Int64, count: Int) throws(BlobError) -> [[UInt8]] {
        var (batch, done) = ([[UInt8]](), 0)
        while done < count {
            let chunk = try file.read(min(chunkBytes, count - done), at: from + Int64(done))
            guard !chunk.isEmpty else { throw .mismatch }
            batch.append(chunk)
            done += chunk.count
        }
        return batch
    }
}

/// The hash of a blob read as a whole; updated by one batch after the other.
private final class ReadingCheck: Sendable {
    private let hash = Mutex(SHA256())
    private let digest: Digest

    init(digest: Digest) {
        self.digest = digest
    }

    func update(_ bytes: [UInt8]) {
        hash.withLock { $0.update(bytes) }
    }

    func isRight() -> Bool {
        hash.withLock { $0.finish() } == digest.bytes
    }
}
