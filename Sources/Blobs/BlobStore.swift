public import Foundation
internal import Glibc

/// Files named by the SHA-256 of their bytes, apart for each workspace, in a folder that may be shared by machines.
///
/// A blob is whole or not there at all, whatever crashes (`Docs/formats/blobs.md`). The store knows no owners: whoever
/// records a blob does so inside `Upload.finish`, and tells the sweeper what is recorded.
public struct BlobStore: Sendable {
    let folders: Folders
    let threads: FileThreads
    let verified = Verified()

    /// Makes the folder at `root` when it is missing; the folder above it must be there.
    public init(root: String, threads: FileThreads = FileThreads()) throws(BlobError) {
        folders = try Folders(root: root)
        self.threads = threads
    }

    /// Nothing is on disk before the first mebibyte is together.
    public func begin(in workspace: UUID, bytesMax: Int64 = .max) -> Upload {
        Upload(store: self, workspace: workspace, bytesMax: bytesMax)
    }

    /// Throws `.missing` when the workspace has no such blob, whatever other workspaces have.
    public func open(_ digest: Digest, in workspace: UUID) async throws(BlobError) -> Blob {
        try await threads.run { () throws(BlobError) in
            let path = "\(Folders.name(of: workspace))/\(digest.fan)/\(digest.hex)"
            let file = try folders.root.open(path, O_RDONLY)
            let status = try file.status()
            return Blob(
                digest: digest, size: Int64(status.st_size), file: file, identity: Verified.Identity(status),
                verified: verified, threads: threads)
        }
    }

    /// The folders of the workspace in which blobs may lie.
    func fans(of workspace: UUID) async throws(BlobError) -> [String] {
        try await threads.run { [folders] () throws(BlobError) in
            try folders.root.open(Folders.name(of: workspace), O_RDONLY | O_DIRECTORY).names()
                .filter { $0.utf8.count == 2 }
        }
    }

    /// The workspaces that have or had blobs.
    public func workspaces() async throws(BlobError) -> [UUID] {
        let folders = folders
        return try await threads.run { () throws(BlobError) in try folders.workspaces() }
    }
}
