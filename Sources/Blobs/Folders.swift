internal import Foundation
internal import Glibc
internal import Synchronization

/// The store's folders, `Docs/formats/blobs.md`. Every name is a workspace's UUID, hex digits, or one of the words
/// here: no user's string ever becomes a path. All calls block; they are made on `FileThreads`.
final class Folders: Sendable {
    static let incoming = "incoming"
    static let quarantine = "quarantine"
    static let locks = "locks"
    /// Folders known to be on disk are remembered up to this many, so that they are synced once, not at each upload.
    private static let knownMax = 65_536

    let root: OpenFile
    private let known = Mutex(Set<String>())

    init(root path: String) throws(BlobError) {
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw .last("mkdir") }
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open") }
        root = OpenFile(descriptor)
        if try root.makeFolder(Self.locks) { try root.synchronize() }
    }

    static func name(of workspace: UUID) -> String {
        workspace.uuidString.lowercased()
    }

    /// The folder `name` of the workspace, on disk for good: made, and the folders above it synced.
    func make(_ name: String, of workspace: UUID) throws(BlobError) -> OpenFile {
        let above = Self.name(of: workspace)
        let path = "\(above)/\(name)"
        if known.withLock({ $0.contains(path) }) {
            do throws(BlobError) {
                return try root.open(path, O_RDONLY | O_DIRECTORY)
            } catch BlobError.missing {
                known.withLock { _ = $0.remove(path) }
            }
        }
        // Synced also when somebody else made them: that one may not have come to the sync yet.
        _ = try root.makeFolder(above)
        try root.synchronize()
        let folder = try root.open(above, O_RDONLY | O_DIRECTORY)
        _ = try folder.makeFolder(name)
        try folder.synchronize()
        remember(path)
        return try root.open(path, O_RDONLY | O_DIRECTORY)
    }

    /// The folder if it is there.
    func find(_ name: String, of workspace: UUID) throws(BlobError) -> OpenFile? {
        do throws(BlobError) {
            return try root.open("\(Self.name(of: workspace))/\(name)", O_RDONLY | O_DIRECTORY)
        } catch BlobError.missing {
            return nil
        }
    }

    func workspaces() throws(BlobError) -> [UUID] {
        try root.names().compactMap { name in
            UUID(uuidString: name).flatMap { Self.name(of: $0) == name ? $0 : nil }
        }
    }

    private func remember(_ path: String) {
        known.withLock { known in
            if known.count >= Self.knownMax { known.removeAll() }
            known.insert(path)
        }
    }
}

/// Keeps the sweeper and those who place blobs apart, in this process and in others: placing and recording a blob
/// happens under a shared lock, and the sweeper looks for the record and removes under the exclusive one.
/// A lock is for one first byte of a digest. It is gone with its process.
final class FanLock: Sendable {
    enum Kind { case placing, sweeping }

    private let file: OpenFile

    /// `nil` when somebody holds it the other way; to be asked again a little later. Does not block.
    init?(_ fan: String, _ kind: Kind, in folders: Folders) throws(BlobError) {
        file = try folders.root.open("\(Folders.locks)/\(fan)", O_RDWR | O_CREAT, mode: 0o600)
        let operation = kind == .placing ? LOCK_SH : LOCK_EX
        guard flock(file.descriptor, operation | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK || errno == EINTR { return nil }
            throw .last("lock")
        }
    }

    /// Whoever holds it says when: without this the optimizer could let go earlier.
    func release() {
        flock(file.descriptor, LOCK_UN)
    }
}
