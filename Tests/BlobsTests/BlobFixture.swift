import Foundation
import TestKit

@testable import Blobs

/// A store in a scratch folder.
struct BlobFixture {
    let root: URL
    let store: BlobStore
    let workspace = UUID()

    static func with<Value>(_ body: (BlobFixture) async throws -> Value) async throws -> Value {
        try await ScratchDirectory.with { folder in
            let root = folder.appendingPathComponent("blobs")
            return try await body(BlobFixture(root: root, store: try BlobStore(root: root.path)))
        }
    }

    @discardableResult
    func put(
        _ bytes: [UInt8], in workspace: UUID? = nil, bytesMax: Int64 = .max, expecting: Digest? = nil,
        piece: Int = 256 * 1024, record: (Digest) async throws -> Void = { _ in }
    ) async throws -> Digest {
        var upload = store.begin(in: workspace ?? self.workspace, bytesMax: bytesMax)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { try upload.take($0) }
            try await upload.flush()
        }
        return try await upload.finish(expecting: expecting) { digest, _ in
            try await record(digest)
            return digest
        }
    }

    func bytes(_ digest: Digest, in workspace: UUID? = nil, from: Int64 = 0, count: Int64? = nil) async throws
        -> [UInt8]
    {
        let blob = try await store.open(digest, in: workspace ?? self.workspace)
        var reading = blob.read(from: from, count: count ?? blob.size - from)
        var all: [UInt8] = []
        while let chunks = try await reading.next() {
            for chunk in chunks { all += chunk }
        }
        return all
    }

    func file(of digest: Digest) -> URL {
        folder.appendingPathComponent(digest.fan).appendingPathComponent(digest.hex)
    }

    var folder: URL { root.appendingPathComponent(workspace.uuidString.lowercased()) }

    /// Every file under the workspace, relative to it.
    func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        return all.filter { name in
            var isFolder: ObjCBool = false
            let path = folder.appendingPathComponent(name).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    func age(_ url: URL, seconds: TimeInterval) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: url.path)
    }

    func flip(bit: UInt8, at offset: Int, of url: URL) throws {
        var bytes = try Data(contentsOf: url)
        bytes[offset] ^= bit
        let handle = try FileHandle(forWritingTo: url)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }
}
