internal import Blobs
internal import Foundation
internal import Logging

/// Frees what nobody needs any more, and finds what has rotted. Any number of instances may do it at once.
struct Care: Sendable {
    struct Findings: Equatable, Sendable {
        var damaged: [DamagedBlob] = []
        /// Named by an asset, and not in the store.
        var missing: [DamagedBlob] = []
    }

    let store: CareStore
    let blobs: BlobStore
    let logger: Logger

    /// Rows first, so that their blobs go in the same round if they are old enough.
    func sweep(grace: Duration) async throws -> SweepReport {
        for workspace in try await store.workspaces() {
            while try await store.deleteOrphans(of: workspace) == CareStore.batchMax {}
            _ = try await store.deleteExpiredUploads(of: workspace)
        }
        return try await blobs.sweep(grace: grace) { workspace, digests in
            try await store.used(digests, of: workspace)
        }
    }

    func scrub(bytesPerSecondMax: Int64) async throws -> Findings {
        let damaged = try await blobs.scrub(bytesPerSecondMax: bytesPerSecondMax).damaged
        var findings = Findings(damaged: damaged)
        for workspace in try await store.workspaces() {
            var after: [UInt8] = []
            while true {
                let page = try await store.digests(of: workspace, after: after)
                for digest in page where try await isMissing(digest, of: workspace) {
                    findings.missing.append(DamagedBlob(workspace: workspace, digest: digest))
                }
                guard let last = page.last else { break }
                after = last.bytes
            }
        }
        for finding in findings.missing { try await report(finding) }
        return findings
    }

    /// Forever, each on its own clock. A round that fails is logged, and the next one tries again.
    func run(_ config: ArtifactConfig) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await rounds("sweep", every: config.sweepInterval) {
                    let report = try await sweep(grace: config.grace)
                    guard report != SweepReport() else { return }
                    logger.info(
                        "swept", metadata: ["blobs": "\(report.blobsRemoved)", "bytes": "\(report.bytesFreed)"])
                }
            }
            group.addTask {
                try await rounds("scrub", every: config.scrubPause) {
                    _ = try await scrub(bytesPerSecondMax: config.scrubBytesPerSecondMax)
                }
            }
            try await group.waitForAll()
        }
    }

    /// The first round comes after a tenth to a fifth of the interval: instances that start together do not sweep so.
    private func rounds(_ name: String, every interval: Duration, _ round: () async throws -> Void) async throws {
        try await Task.sleep(for: interval * Double.random(in: 0.1...0.2))
        while true {
            do {
                try await round()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("a \(name) failed", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: interval)
        }
    }

    /// Asked of the rows again: the asset may be gone by now.
    private func isMissing(_ digest: Digest, of workspace: UUID) async throws -> Bool {
        guard try await !blobs.holds(digest, in: workspace) else { return false }
        return try await store.used([digest], of: workspace).contains(digest)
    }

    private func report(_ finding: DamagedBlob) async throws {
        for owner in try await store.owners(of: finding.digest, in: finding.workspace) {
            logger.error(
                "the bytes of a file are damaged or lost; uploading it again heals it",
                metadata: [
                    "workspace": "\(finding.workspace)", "experiment": "\(owner.experiment)",
                    "asset": "\(owner.asset)", "digest": "\(finding.digest)",
                ])
        }
    }
}
