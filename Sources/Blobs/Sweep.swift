public import Foundation
internal import Glibc

/// What a sweep did.
public struct SweepReport: Equatable, Sendable {
    public var blobsRemoved = 0
    public var bytesFreed: Int64 = 0
    public var temporariesRemoved = 0
    /// Blobs left for the next sweep because somebody was placing in their folder.
    public var postponed = 0

    public init() {}
}

extension BlobStore {
    /// How old a temporary file is before nobody can be writing it.
    public static let temporaryAgeMax = Duration.seconds(3600)
    /// So many digests are asked for at once.
    static let sweepBatch = 500

    /// Removes blobs of every workspace that are older than `grace` and that `used` does not name among those it is
    /// asked about, and temporary files that a crash left.
    ///
    /// A blob's age counts from the last upload of its bytes. Placing and recording happen under a lock that excludes
    /// this, so `grace` only has to outlast a statement whose connection was lost before its answer.
    public func sweep(
        grace: Duration, now: Date = Date(),
        used: (_ workspace: UUID, _ digests: [Digest]) async throws -> Set<Digest>
    ) async throws -> SweepReport {
        var report = SweepReport()
        for workspace in try await workspaces() {
            try Task.checkCancellation()
            report.temporariesRemoved += try await removeTemporaries(of: workspace, now: now)
            for fan in try await fans(of: workspace) {
                let old = try await entries(of: workspace, fan: fan, before: now - grace)
                for start in stride(from: 0, to: old.count, by: Self.sweepBatch) {
                    let batch = Array(old[start..<min(start + Self.sweepBatch, old.count)])
                    let using: ([Digest]) async throws -> Set<Digest> = { try await used(workspace, $0) }
                    try await remove(batch, of: workspace, fan: fan, before: now - grace, using, &report)
                }
            }
        }
        return report
    }

    private func remove(
        _ batch: [Digest], of workspace: UUID, fan: String, before: Date,
        _ used: ([Digest]) async throws -> Set<Digest>, _ report: inout SweepReport
    ) async throws {
        let inUse = try await used(batch)
        let candidates = batch.filter { !inUse.contains($0) }
        guard !candidates.isEmpty else { return }
        let lock = try await threads.run { [folders] () throws(BlobError) in try FanLock(fan, .sweeping, in: folders) }
        guard let lock else {
            report.postponed += candidates.count
            return
        }
        defer { lock.release() }
        // Asked again, now that nobody can be between placing and recording.
        let inUseNow = try await used(candidates)
        let free = candidates.filter { !inUseNow.contains($0) }
        let removed = try await threads.run { [folders] () throws(BlobError) in
            try folders.remove(free, of: workspace, fan: fan, before: before)
        }
        report.blobsRemoved += removed.count
        report.bytesFreed += removed.reduce(0, +)
    }

    private func removeTemporaries(of workspace: UUID, now: Date) async throws -> Int {
        try await threads.run { [folders] () throws(BlobError) in
            guard let folder = try folders.find(Folders.incoming, of: workspace) else { return 0 }
            var removed = 0
            for name in try folder.names() where try folder.isOlder(name, than: now - Self.temporaryAgeMax) {
                try folder.unlink(name)
                removed += 1
            }
            return removed
        }
    }

    private func entries(of workspace: UUID, fan: String, before: Date) async throws -> [Digest] {
        try await threads.run { [folders] () throws(BlobError) in
            guard let folder = try folders.find(fan, of: workspace) else { return [] }
            var old: [Digest] = []
            for name in try folder.names() where try folder.isOlder(name, than: before) {
                if let digest = Digest(hex: name) { old.append(digest) }
            }
            return old
        }
    }
}

extension Folders {
    /// Removes those that are still old; answers their sizes. Only under the sweeping lock.
    fileprivate func remove(
        _ digests: [Digest], of workspace: UUID, fan: String, before: Date
    ) throws(BlobError) -> [Int64] {
        guard let folder = try find(fan, of: workspace) else { return [] }
        var sizes: [Int64] = []
        for digest in digests where try folder.isOlder(digest.hex, than: before) {
            let size = Int64(try folder.open(digest.hex, O_RDONLY).status().st_size)
            try folder.unlink(digest.hex)
            sizes.append(size)
        }
        return sizes
    }
}

extension OpenFile {
    /// False when there is no such file (any more).
    fileprivate func isOlder(_ name: String, than date: Date) throws(BlobError) -> Bool {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return false }
            throw .last("stat")
        }
        let seconds = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
        return seconds < date.timeIntervalSince1970
    }
}

private func - (date: Date, duration: Duration) -> Date {
    let parts = duration.components
    return date.addingTimeInterval(-Double(parts.seconds) - Double(parts.attoseconds) / 1e18)
}
