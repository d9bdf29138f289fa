internal import Blobs
internal import Foundation
internal import Model
internal import Postgres

/// Every statement about uploads in parts.
struct PartedUploadStore: Sendable {
    let database: Database

    /// False when the experiment is not there.
    func insert(
        _ id: UUID, _ draft: Asset.Draft, parts: Int, expiresAt: Date, in site: Site
    ) async throws -> Bool {
        let json = JSON(String(decoding: try JSONEncoder().encode(draft), as: UTF8.self))
        let inserted = try await database.run(
            [
                """
                INSERT INTO artifact.workspaces (workspace_id)
                SELECT e.workspace_id FROM tracking.experiments e WHERE \(AssetStore.isExperiment(site))
                ON CONFLICT (workspace_id) DO NOTHING
                """,
                """
                INSERT INTO artifact.uploads (workspace_id, id, experiment_id, draft, parts, expires_at)
                SELECT e.workspace_id, \(id), e.id, \(json), \(parts), \(expiresAt)
                  FROM tracking.experiments e WHERE \(AssetStore.isExperiment(site))
                """,
            ], for: .one(site.workspace))
        return inserted.last == 1
    }

    /// `nil` when it is unknown, has expired, or its experiment is gone.
    func find(_ name: UploadName) async throws -> PartedUpload? {
        try await database.first(
            """
            SELECT e.project_id, e.id, u.draft, u.parts, u.completed_at IS NOT NULL
              FROM artifact.uploads u
              JOIN tracking.experiments e ON e.workspace_id = u.workspace_id AND e.id = u.experiment_id
             WHERE u.workspace_id = \(name.workspace) AND u.id = \(name.upload) AND u.expires_at > now()
            """, for: .one(name.workspace)
        ) { row in
            let place = Place(
                workspace: ID(name.workspace), project: ID(try row.read()), experiment: ID(try row.read()))
            let draft = try JSONDecoder().decode(Asset.Draft.self, from: Data(try row.read(JSON.self).text.utf8))
            return PartedUpload(
                name: name, place: place, draft: draft, parts: try row.read(), isComplete: try row.read())
        }
    }

    /// Takes the place of the part of this number. False when the upload is over or has no such part.
    func put(_ part: PartedUpload.Part, of name: UploadName) async throws -> Bool {
        try await database.run(
            """
            INSERT INTO artifact.parts (workspace_id, upload_id, number, digest, size)
            SELECT u.workspace_id, u.id, \(part.number), \(part.digest.bytes), \(part.size)
              FROM artifact.uploads u
             WHERE u.workspace_id = \(name.workspace) AND u.id = \(name.upload) AND u.expires_at > now()
               AND u.completed_at IS NULL AND \(part.number) BETWEEN 1 AND u.parts
            ON CONFLICT (workspace_id, upload_id, number)
            DO UPDATE SET (digest, size) = (EXCLUDED.digest, EXCLUDED.size)
            """, for: .one(name.workspace)) == 1
    }

    func isOpen(_ name: UploadName) async throws -> Bool {
        try await find(name).map { !$0.isComplete } ?? false
    }

    func parts(of name: UploadName) async throws -> [PartedUpload.Part] {
        try await database.rows(
            """
            SELECT p.number, p.digest, p.size FROM artifact.parts p
             WHERE p.workspace_id = \(name.workspace) AND p.upload_id = \(name.upload) ORDER BY p.number
            """, for: .one(name.workspace)
        ) { row in
            let (number, bytes, size): (Int, [UInt8], Int64) = (try row.read(), try row.read(), try row.read())
            return Digest(bytes).map { PartedUpload.Part(number: number, digest: $0, size: size) }
        }.compactMap { $0 }
    }

    /// In one transaction with the asset; from here on the parts' blobs are nobody's.
    func complete(_ name: UploadName, with asset: Asset, in site: Site) async throws {
        let ending: [SQL] = [
            """
            UPDATE artifact.uploads SET completed_at = now()
             WHERE workspace_id = \(name.workspace) AND id = \(name.upload) AND completed_at IS NULL
            """,
            """
            DELETE FROM artifact.parts WHERE workspace_id = \(name.workspace) AND upload_id = \(name.upload)
            """,
        ]
        try await database.run(AssetStore.insertion(asset, site) + ending, for: .one(name.workspace))
    }

    func delete(_ name: UploadName) async throws {
        try await database.run(
            """
            DELETE FROM artifact.uploads
             WHERE workspace_id = \(name.workspace) AND id = \(name.upload) AND completed_at IS NULL
            """, for: .one(name.workspace))
    }
}
