internal import Foundation
internal import Glibc
internal import Sealing
internal import Synchronization

/// The temporary file of one upload, and the hash of what is in it. Its calls block, and come one after the other; but
/// what is written may be hashed meanwhile.
final class IncomingFile: Sendable {
    /// So far apart the disk is told to begin with what is written, so that little is left for the fsync at the end.
    static let writebackBytes: Int64 = 4 * 1024 * 1024

    private struct Content: ~Copyable {
        var size: Int64 = 0
        var writebackFrom: Int64 = 0
        var place: Place?
        var failure: BlobError?
    }

    private struct Place {
        let folder: OpenFile
        let name: String
        let file: OpenFile
    }

    private let folders: Folders
    private let workspace: UUID
    private let threads: FileThreads
    private let content = Mutex(Content())
    private let hash = Mutex(SHA256())

    init(folders: Folders, workspace: UUID, threads: FileThreads) {
        self.folders = folders
        self.workspace = workspace
        self.threads = threads
    }

    /// Removing a large file takes a while, so a thread does it.
    deinit {
        guard let place = content.withLock({ $0.place }) else { return }
        threads.clean { Self.remove(place) }
    }

    /// Of the pieces in their order.
    func hash(_ piece: [UInt8]) {
        hash.withLock { $0.update(piece) }
    }

    /// Adds a piece to the file, and nothing to the hash.
    func write(_ piece: [UInt8]) throws(BlobError) {
        try alive { content throws(BlobError) in
            let file = try Self.file(of: &content, folders, workspace)
            try piece.span.bytes.withUnsafeBytes { bytes throws(BlobError) in
                try file.write(bytes, at: content.size)
            }
            content.size += Int64(piece.count)
            Self.startWriteback(&content, file)
        }
    }

    /// Adds bytes of a blob: they are copied within the file system where it can, and read once for the hash.
    func write(from blob: OpenFile, offset: Int64, count: Int) throws(BlobError) {
        try alive { content throws(BlobError) in
            let file = try Self.file(of: &content, folders, workspace)
            let piece = try blob.read(count, at: offset)
            guard piece.count == count else { throw .mismatch }
            hash(piece)
            if try !file.copy(from: blob, offset, to: content.size, count: Int64(count)) {
                try piece.span.bytes.withUnsafeBytes { bytes throws(BlobError) in
                    try file.write(bytes, at: content.size)
                }
            }
            content.size += Int64(count)
            Self.startWriteback(&content, file)
        }
    }

    /// Everything is on disk; answers the digest and the size. Throws `.mismatch` when another digest was promised.
    func seal(expecting expected: Digest?) throws(BlobError) -> (digest: Digest, size: Int64) {
        try alive { content throws(BlobError) in
            let file = try Self.file(of: &content, folders, workspace)
            let digest = Digest(unchecked: hash.withLock { $0.finish() })
            guard expected == nil || expected == digest else { throw .mismatch }
            try file.synchronize()
            return (digest, content.size)
        }
    }

    /// Gives the sealed file its name for good. When the same bytes are there already, these take their place: they
    /// were verified just now, so damage heals, and the blob's age begins anew. Only under the placing lock.
    func place(as digest: Digest) throws(BlobError) -> Verified.Identity {
        try alive { content throws(BlobError) in
            guard let place = content.place else { throw .missing }
            let fan = try folders.make(digest.fan, of: workspace)
            guard renameat(place.folder.descriptor, place.name, fan.descriptor, digest.hex) == 0 else {
                throw .last("rename")
            }
            content.place = nil
            try fan.synchronize()
            return Verified.Identity(try place.file.status())
        }
    }

    /// The first error is the last: nothing is written to this file after it, and it is gone.
    private func alive<Result: Sendable>(
        _ body: (inout Content) throws(BlobError) -> Result
    ) throws(BlobError) -> Result {
        try content.withLock { content throws(BlobError) in
            if let failure = content.failure { throw failure }
            do throws(BlobError) {
                return try body(&content)
            } catch {
                content.failure = error
                if let place = content.place { Self.remove(place) }
                content.place = nil
                throw error
            }
        }
    }

    private static func remove(_ place: Place) {
        // Losing the error is the point: the sweeper removes what stays behind.
        try? place.folder.unlink(place.name)
    }

    private static func file(
        of content: inout Content, _ folders: Folders, _ workspace: UUID
    ) throws(BlobError) -> OpenFile {
        if let place = content.place { return place.file }
        let folder = try folders.make(Folders.incoming, of: workspace)
        let name = Hex.text(withUnsafeBytes(of: UUID().uuid) { Array($0) })
        let file = try folder.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        content.place = Place(folder: folder, name: name, file: file)
        return file
    }

    private static func startWriteback(_ content: inout Content, _ file: OpenFile) {
        guard content.size - content.writebackFrom >= writebackBytes else { return }
        file.startWriteback(from: content.writebackFrom, count: content.size - content.writebackFrom)
        content.writebackFrom = content.size
    }
}
