import Foundation
import TestKit
import Testing

@testable import Blobs

@Suite(.serialized) struct FaultTests {
    @Test(.enabled(if: getuid() == 0, "mounting needs root"))
    func `a full disk refuses the upload, keeps what is there, and takes it when there is space again`() async throws {
        try await ScratchDirectory.with { folder in
            let mount = folder.appendingPathComponent("small").path
            try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
            do {
                try await Command("mount", "-t", "tmpfs", "-o", "size=4m", "none", mount).output()
            } catch {
                return  // A container may forbid it even to root.
            }
            do {
                try await useSmallDisk(URL(fileURLWithPath: mount))
                try await Command("umount", "-l", mount).output()
            } catch {
                try await Command("umount", "-l", mount).output()
                throw error
            }
        }
    }

    private func useSmallDisk(_ mount: URL) async throws {
        let fixture = BlobFixture(root: mount, store: try BlobStore(root: mount.path))
        let kept = try await fixture.put(BlobFixture.noise(500_000))
        let large = BlobFixture.noise(6_000_000, seed: 2)
        await #expect(throws: BlobError.noSpace) { try await fixture.put(large) }
        #expect(try await fixture.bytes(kept) == BlobFixture.noise(500_000))
        try await fixture.settle()
        #expect(fixture.files().count == 1)
        try await Command("mount", "-o", "remount,size=16m", mount.path).output()
        #expect(try await fixture.bytes(try await fixture.put(large)) == large)
    }

    /// What the process under strace does; see below.
    private static let victim = ProcessInfo.processInfo.environment["HALLEY_CRASH_ROOT"]

    @Test(.enabled(if: FaultTests.victim != nil))
    func `an upload that may be killed`() async throws {
        let root = URL(fileURLWithPath: FaultTests.victim ?? "")
        let fixture = BlobFixture(root: root, store: try BlobStore(root: root.path))
        let digest = try await fixture.put(BlobFixture.noise(2_500_000))
        try Data(digest.hex.utf8).write(to: root.appendingPathComponent("acknowledged"))
    }

    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["HALLEY_CRASHES"] != nil, "takes minutes; HALLEY_CRASHES=1"),
        arguments: [
            ["openat2", "signal=SIGKILL"], ["mkdir,mkdirat", "signal=SIGKILL"], ["pwrite64", "signal=SIGKILL"],
            ["fsync", "signal=SIGKILL"], ["rename,renameat,renameat2", "signal=SIGKILL"], ["flock", "signal=SIGKILL"],
            ["pwrite64", "error=EIO"], ["pwrite64", "error=ENOSPC"], ["fsync", "error=EIO"], ["fsync", "error=EDQUOT"],
            ["pwrite64", "error=EINTR"], ["openat2", "error=EMFILE"], ["rename,renameat,renameat2", "error=EIO"],
        ])
    func `whatever call fails or dies, an acknowledged blob is whole and an unacknowledged one whole or absent`(
        fault: [String]
    ) async throws {
        for number in 1...40 {
            let wasReached = try await ScratchDirectory.with { folder in
                let mark = folder.appendingPathComponent("trace").path
                _ = try? await Command([
                    "env", "HALLEY_CRASH_ROOT=\(folder.path)/blobs", "strace", "-f", "-qq", "-o", mark,
                    "-e", "trace=\(fault[0])", "-e", "inject=\(fault[0]):\(fault[1]):when=\(number)",
                    CommandLine.arguments[0], "--testing-library", "swift-testing",
                    "--filter", "an upload that may be killed",
                ]).output()
                try await check(folder.appendingPathComponent("blobs"))
                let trace = try String(contentsOfFile: mark, encoding: .utf8)
                return trace.contains("INJECTED") || trace.contains("SIGKILL")
            }
            if !wasReached { return }
        }
    }

    private func check(_ root: URL) async throws {
        let bytes = BlobFixture.noise(2_500_000)
        let digest = Digest.of(bytes)
        let store = try BlobStore(root: root.path)
        let isAcknowledged = FileManager.default.fileExists(atPath: root.appendingPathComponent("acknowledged").path)
        let workspaces = try await store.workspaces()
        var copies = 0
        for workspace in workspaces where try await store.holds(digest, in: workspace) {
            let fixture = BlobFixture(root: root, store: store)
            #expect(try await fixture.bytes(digest, in: workspace) == bytes)
            copies += 1
        }
        #expect(copies == 1 || !isAcknowledged)
        // What stays behind is swept, and nothing else.
        let report = try await store.sweep(grace: .seconds(1), now: Date(timeIntervalSinceNow: 4000)) { _, _ in [] }
        #expect(report.blobsRemoved == copies)
        #expect(try await store.scrub().blobs == 0)
    }
}
