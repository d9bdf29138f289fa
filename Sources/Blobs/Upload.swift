internal import Foundation

/// Bytes on their way into the store. Letting go of it before `finish` has answered leaves nothing.
public struct Upload: ~Copyable, Sendable {
    /// So much is collected before a thread writes it, while the next so much is being collected.
    static let pieceBytes = 1024 * 1024
    /// How long the sweeper may keep a placing waiting; it holds its lock for one query and some removals.
    static let lockWaitMax = Duration.seconds(30)

    private let store: BlobStore
    private let file: IncomingFile
    private let bytesMax: Int64
    private var piece: [UInt8] = []
    private var writing: Ticket<Void>?
    private var hashing: Ticket<Void>?
    public private(set) var size: Int64 = 0

    init(store: BlobStore, workspace: UUID, bytesMax: Int64) {
        self.store = store
        self.file = IncomingFile(folders: store.folders, workspace: workspace, threads: store.threads)
        self.bytesMax = bytesMax
    }

    /// Copies the bytes into memory; `flush` is to follow. Throws `.tooLarge` as soon as that is certain.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        guard Int64(bytes.count) <= bytesMax - size else { throw .tooLarge(bytesMax: bytesMax) }
        if piece.isEmpty { piece.reserveCapacity(min(Self.pieceBytes, bytes.count * 4) + bytes.count) }
        piece.append(contentsOf: bytes)
        size += Int64(bytes.count)
    }

    /// Hands a full piece to two threads, one to write it and one to hash it, after they have done the one before.
    public mutating func flush() async throws(BlobError) {
        guard piece.count >= Self.pieceBytes else { return }
        try await written()
        let full = piece
        piece = []
        piece.reserveCapacity(Self.pieceBytes * 5 / 4)
        writing = try store.threads.start { [file] () throws(BlobError) in try file.write(full) }
        hashing = try store.threads.start { [file] () throws(BlobError) in file.hash(full) }
    }

    /// Adds all of another blob. Throws `.mismatch` when that one is damaged, as far as its length tells.
    public mutating func append(_ blob: Blob) async throws(BlobError) {
        guard blob.size <= bytesMax - size else { throw .tooLarge(bytesMax: bytesMax) }
        try await settle()
        var offset: Int64 = 0
        while offset < blob.size {
            let (from, count) = (offset, Int(min(Int64(Self.pieceBytes), blob.size - offset)))
            try await store.threads.run { [file] () throws(BlobError) in
                try file.write(from: blob.file, offset: from, count: count)
            }
            offset += Int64(count)
        }
        size += blob.size
    }

    /// Puts the blob on disk for good and, while it cannot be swept, lets `record` write down that it is used.
    ///
    /// Throws `.mismatch` when `expected` is given and is not the digest; then, as after any error, nothing is visible.
    public consuming func finish<Result>(
        expecting expected: Digest? = nil, record: (_ digest: Digest, _ size: Int64) async throws -> Result
    ) async throws -> Result {
        try await settle()
        let (digest, size) = try await store.threads.run { [file] () throws(BlobError) in
            try file.seal(expecting: expected)
        }
        let lock = try await place(digest)
        defer { lock.release() }
        return try await record(digest, size)
    }

    private mutating func written() async throws(BlobError) {
        try await writing?.value()
        writing = nil
        try await hashing?.value()
        hashing = nil
    }

    private mutating func settle() async throws(BlobError) {
        try await written()
        guard !piece.isEmpty else { return }
        let rest = piece
        piece = []
        try await store.threads.run { [file] () throws(BlobError) in
            try file.write(rest)
            file.hash(rest)
        }
    }

    private func place(_ digest: Digest) async throws(BlobError) -> FanLock {
        let end = ContinuousClock.now + Self.lockWaitMax
        while true {
            let lock = try await store.threads.run { [file, store] () throws(BlobError) in
                guard let lock = try FanLock(digest.fan, .placing, in: store.folders) else { return FanLock?.none }
                store.verified.note(try file.place(as: digest))
                return lock
            }
            if let lock { return lock }
            guard ContinuousClock.now < end else { throw .busy }
            do { try await Task.sleep(for: .milliseconds(2)) } catch { throw .busy }
        }
    }
}
