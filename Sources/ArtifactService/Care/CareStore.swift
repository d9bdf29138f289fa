internal import Blobs
internal import Foundation
internal import Postgres

/// What the sweeper and the scrubber ask and remove, one workspace at a time.
struct CareStore: Sendable {
    static let batchMax = 1000

    let database: Database

    func workspaces() async throws -> [UUID] {
        try await database.rows("SELECT w.workspace_id FROM artifact.workspaces w", for: .none) { try $0.read() }
    }

    /// Assets whose experiment the tracking service has deleted, at most `batchMax` of them. Answers how many.
    func deleteOrphans(of workspace: UUID) async throws -> Int {
        try await database.run(
            """
            DELETE FROM artifact.assets a
             WHERE a.workspace_id = \(workspace)
               AND (a.experiment_id, a.asset_id) IN (
                   SELECT o.experiment_id, o.asset_id FROM artifact.assets o
                    WHERE o.workspace_id = \(workspace)
                      AND NOT EXISTS (SELECT FROM tracking.experiments e
                                       WHERE e.workspace_id = \(workspace) AND e.id = o.experiment_id)
                    LIMIT \(Self.batchMax))
            """, for: .one(workspace))
    }

    /// Uploads that were never completed, and those which nobody will ask about any more, with their parts.
    func deleteExpiredUploads(of workspace: UUID) async throws -> Int {
        try await database.run(
            "DELETE FROM artifact.uploads WHERE workspace_id = \(workspace) AND expires_at < now()",
            for: .one(workspace))
    }

    /// Which of these digests an asset or a part still needs.
    func used(_ digests: [Digest], of workspace: UUID) async throws -> Set<Digest> {
        let bytes = digests.map(\.bytes)
        let found = try await database.rows(
            """
            SELECT a.digest FROM artifact.assets a WHERE a.workspace_id = \(workspace) AND a.digest = ANY(\(bytes))
            UNION
            SELECT p.digest FROM artifact.parts p WHERE p.workspace_id = \(workspace) AND p.digest = ANY(\(bytes))
            """, for: .one(workspace)
        ) { Digest(try $0.read([UInt8].self)) }
        return Set(found.compactMap { $0 })
    }

    /// A page of the digests that assets name, in their order.
    func digests(of workspace: UUID, after: [UInt8]) async throws -> [Digest] {
        try await database.rows(
            """
            SELECT DISTINCT a.digest FROM artifact.assets a
             WHERE a.workspace_id = \(workspace) AND a.digest > \(after)
             ORDER BY a.digest LIMIT \(Self.batchMax)
            """, for: .one(workspace)
        ) { Digest(try $0.read([UInt8].self)) }.compactMap { $0 }
    }

    /// The assets that lose their bytes when a blob is damaged: experiment and asset id.
    func owners(of digest: Digest, in workspace: UUID) async throws -> [(experiment: UUID, asset: String)] {
        try await database.rows(
            """
            SELECT a.experiment_id, a.asset_id FROM artifact.assets a
             WHERE a.workspace_id = \(workspace) AND a.digest = \(digest.bytes) LIMIT \(Self.batchMax)
            """, for: .one(workspace)
        ) { (experiment: try $0.read(UUID.self), asset: try $0.read(String.self)) }
    }
}
