internal import CLinux
public import Foundation
internal import Glibc
internal import Sealing

/// A blob whose bytes no longer have its digest.
public struct DamagedBlob: Equatable, Sendable {
    public let workspace: UUID
    public let digest: Digest

    public init(workspace: UUID, digest: Digest) {
        (self.workspace, self.digest) = (workspace, digest)
    }
}

public struct ScrubReport: Equatable, Sendable {
    public var blobs = 0
    public var bytes: Int64 = 0
    public var damaged: [DamagedBlob] = []
}

extension BlobStore {
    static let scrubPieceBytes = 1024 * 1024

    /// Reads every blob from disk and compares its digest. A damaged one is moved to the workspace's quarantine folder,
    /// where an operator can look at it; reading it then says `.missing`, and uploading the bytes again heals it.
    ///
    /// Takes as long as `bytesPerSecondMax` demands, so that it can always run; cancelling stops it between two pieces.
    public func scrub(bytesPerSecondMax: Int64 = .max) async throws -> ScrubReport {
        var report = ScrubReport()
        let began = ContinuousClock.now
        for workspace in try await workspaces() {
            for fan in try await fans(of: workspace) {
                for digest in try await digests(of: workspace, fan: fan) {
                    let damaged = try await damaged(digest, of: workspace) { bytes in
                        report.bytes += bytes
                        let due = began + .seconds(Double(report.bytes) / Double(bytesPerSecondMax))
                        if due > .now { try await Task.sleep(until: due) } else { try Task.checkCancellation() }
                    }
                    report.blobs += 1
                    guard let damaged, try await quarantine(damaged, of: workspace) else { continue }
                    report.damaged.append(DamagedBlob(workspace: workspace, digest: digest))
                }
            }
        }
        return report
    }

    /// Whether the workspace has this blob, whatever its bytes are.
    public func holds(_ digest: Digest, in workspace: UUID) async throws(BlobError) -> Bool {
        do throws(BlobError) {
            _ = try await open(digest, in: workspace)
            return true
        } catch BlobError.missing {
            return false
        }
    }

    private func digests(of workspace: UUID, fan: String) async throws -> [Digest] {
        try await threads.run { [folders] () throws(BlobError) in
            try folders.find(fan, of: workspace)?.names().compactMap { Digest(hex: $0) } ?? []
        }
    }

    /// Answers the blob when its bytes are not right; `nil` when they are, or when it was swept meanwhile.
    private func damaged(
        _ digest: Digest, of workspace: UUID, _ pause: (_ bytes: Int64) async throws -> Void
    ) async throws -> Blob? {
        let blob: Blob
        do throws(BlobError) {
            blob = try await open(digest, in: workspace)
        } catch BlobError.missing {
            return nil
        }
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < blob.size {
            let from = offset
            let piece = try await threads.run { () throws(BlobError) in try blob.file.readFromDisk(from: from) }
            guard !piece.isEmpty else { return blob }
            hash.update(piece)
            offset += Int64(piece.count)
            try await pause(Int64(piece.count))
        }
        return hash.finish() == digest.bytes ? nil : blob
    }

    /// Only if it is still the file that was read: somebody may have uploaded the right bytes since. Answers whether.
    private func quarantine(_ blob: Blob, of workspace: UUID) async throws -> Bool {
        let digest = blob.digest
        return try await threads.run { [folders] () throws(BlobError) in
            guard let lock = try FanLock(digest.fan, .sweeping, in: folders) else { return false }
            defer { lock.release() }
            guard let fan = try folders.find(digest.fan, of: workspace),
                try fan.open(digest.hex, O_RDONLY).status().st_ino == blob.file.status().st_ino
            else { return false }
            let quarantine = try folders.make(Folders.quarantine, of: workspace)
            guard renameat(fan.descriptor, digest.hex, quarantine.descriptor, digest.hex) == 0 else {
                throw .last("rename")
            }
            try quarantine.synchronize()
            try fan.synchronize()
            return true
        }
    }
}

extension OpenFile {
    /// The next piece, past the page cache: the cache may hold what the disk no longer has.
    fileprivate func readFromDisk(from offset: Int64) throws(BlobError) -> [UInt8] {
        let count = BlobStore.scrubPieceBytes
        posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
        return try read(count, at: offset)
    }
}
