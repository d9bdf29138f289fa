internal import Blobs
internal import Foundation
internal import Model
internal import Postgres

/// Every statement about assets. Each looks for the experiment in the workspace and project that the caller's right
/// was checked on: an experiment elsewhere is as good as none.
struct AssetStore: Sendable {
    let database: Database

    /// True when the experiment is there.
    func knows(_ site: Site) async throws -> Bool {
        try await database.first(
            "SELECT true FROM tracking.experiments e WHERE \(Self.isExperiment(site))", for: .one(site.workspace)
        ) { try $0.read(Bool.self) } ?? false
    }

    /// Answers what is stored then: the new asset, or the one that had this id before. `nil` without the experiment.
    func insert(_ asset: Asset, in site: Site) async throws -> Asset? {
        let affected = try await database.run(Self.insertion(asset, site), for: .one(site.workspace))
        if let stored = try await find(asset.draft.id, in: site) { return stored }
        // Written, and by now overwritten or deleted by somebody else.
        return affected.last == 1 ? asset : nil
    }

    func find(_ id: String, in site: Site) async throws -> Asset? {
        try await database.first(
            """
            SELECT \(Asset.columns) FROM artifact.assets a
             WHERE a.workspace_id = \(site.workspace) AND a.experiment_id = \(site.experiment) AND a.asset_id = \(id)
               AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(site)))
            """, for: .one(site.workspace), Asset.init(row:))
    }

    /// Answers the asset as it is then; `nil` when there is none.
    func describe(_ id: String, metadata: String, in site: Site) async throws -> Asset? {
        try await database.first(
            """
            UPDATE artifact.assets a SET metadata = \(metadata)
             WHERE a.workspace_id = \(site.workspace) AND a.experiment_id = \(site.experiment) AND a.asset_id = \(id)
               AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(site)))
            RETURNING \(Asset.columns)
            """, for: .one(site.workspace), Asset.init(row:))
    }

    /// Those with these ids and what hangs on them; with no ids, all. Answers how many rows went.
    func delete(_ ids: [String], in site: Site) async throws -> Int {
        try await database.run(
            """
            DELETE FROM artifact.assets a
             WHERE a.workspace_id = \(site.workspace) AND a.experiment_id = \(site.experiment)
               AND (\(ids.isEmpty) OR a.asset_id = ANY(\(ids)) OR a.parent_asset_id = ANY(\(ids)))
               AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(site)))
            """, for: .one(site.workspace))
    }

    /// The source's assets up to `stepLast`, and those without a step, within one workspace. The source rows are
    /// locked: were one deleted meanwhile, its bytes could be swept before the copy is seen.
    func copy(from source: Site, to target: Site, stepLast: Double) async throws {
        try await database.run(
            """
            INSERT INTO artifact.assets (\(Asset.written))
            SELECT s.workspace_id, \(target.experiment), s.asset_id, s.file_name, s.type, s.extension, s.step, s.epoch,
                   s.context, s.metadata, s.grouping, s.figure_counter, '', s.parent_asset_id, s.size, s.digest,
                   s.link, s.content_type, \(target.permit.principal.uuid), s.created_at
              FROM (SELECT a.* FROM artifact.assets a
                     WHERE a.workspace_id = \(source.workspace) AND a.experiment_id = \(source.experiment)
                       AND (a.step IS NULL OR a.step <= \(stepLast))
                       AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(source)))
                       AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(target)))
                       FOR SHARE OF a) s
            ON CONFLICT (workspace_id, experiment_id, asset_id) DO NOTHING
            """, for: .one(target.workspace))
    }

    static func isExperiment(_ site: Site) -> SQL {
        "e.workspace_id = \(site.workspace) AND e.id = \(site.experiment) AND e.project_id = \(site.project)"
    }
}

extension AssetStore {
    /// All or nothing. With `overwrite` others of this name go first, one such upload of a name after the other.
    static func insertion(_ asset: Asset, _ site: Site) -> [SQL] {
        let draft = asset.draft
        let remember: SQL = """
            INSERT INTO artifact.workspaces (workspace_id)
            SELECT e.workspace_id FROM tracking.experiments e WHERE \(isExperiment(site))
            ON CONFLICT (workspace_id) DO NOTHING
            """
        guard draft.overwrite else { return [remember, insert(asset, site, "DO NOTHING")] }
        return [
            remember,
            """
            SELECT pg_advisory_xact_lock(hashtextextended(\(draft.fileName), hashtext(\(site.place.experiment.text))))
            """,
            """
            DELETE FROM artifact.assets a
             WHERE a.workspace_id = \(site.workspace) AND a.experiment_id = \(site.experiment)
               AND a.file_name = \(draft.fileName) AND a.asset_id <> \(draft.id)
               AND EXISTS (SELECT FROM tracking.experiments e WHERE \(isExperiment(site)))
            """,
            insert(asset, site, replacement),
        ]
    }

    private static let replacement: SQL = """
        DO UPDATE SET (file_name, type, extension, step, epoch, context, metadata, grouping, figure_counter,
                       artifact_version_id, parent_asset_id, size, digest, link, content_type, created_by)
            = (EXCLUDED.file_name, EXCLUDED.type, EXCLUDED.extension, EXCLUDED.step, EXCLUDED.epoch, EXCLUDED.context,
               EXCLUDED.metadata, EXCLUDED.grouping, EXCLUDED.figure_counter, EXCLUDED.artifact_version_id,
               EXCLUDED.parent_asset_id, EXCLUDED.size, EXCLUDED.digest, EXCLUDED.link, EXCLUDED.content_type,
               EXCLUDED.created_by)
        """

    private static func insert(_ asset: Asset, _ site: Site, _ onConflict: SQL) -> SQL {
        let draft = asset.draft
        let (digest, link): ([UInt8]?, String?) =
            switch asset.body {
            case .stored(let digest, _): (digest.bytes, nil)
            case .link(let link): (nil, link)
            }
        return """
            INSERT INTO artifact.assets (\(Asset.written))
            SELECT e.workspace_id, e.id, \(draft.id), \(draft.fileName), \(draft.type), \(draft.ending),
                   \(draft.step as Double?), \(draft.epoch as Double?), \(draft.context), \(draft.metadata),
                   \(draft.grouping), \(draft.figureCounter), \(draft.artifactVersion), \(draft.parent),
                   \(asset.size), \(digest as [UInt8]?), \(link as String?), \(asset.contentType),
                   \(site.permit.principal.uuid), \(draft.createdAt)
              FROM tracking.experiments e WHERE \(isExperiment(site))
            ON CONFLICT (workspace_id, experiment_id, asset_id) \(onConflict)
            """
    }
}

extension Asset {  // the column list and its decoder stand together: change one, see the other
    static let written: SQL = """
        workspace_id, experiment_id, asset_id, file_name, type, extension, step, epoch, context, metadata, grouping,
        figure_counter, artifact_version_id, parent_asset_id, size, digest, link, content_type, created_by, created_at
        """

    static let columns: SQL = """
        a.experiment_id, a.asset_id, a.file_name, a.type, a.extension, a.context, a.metadata, a.grouping,
        a.figure_counter, a.artifact_version_id, a.parent_asset_id, a.step, a.epoch, a.created_at, a.size, a.digest,
        a.link, a.content_type
        """

    init(row: inout Row) throws {
        experiment = ID(try row.read())
        draft = try Draft(row: &row)
        let size: Int64 = try row.read()
        let (digest, link): ([UInt8]?, String?) = (try row.read(), try row.read())
        body = digest.flatMap { Digest($0) }.map { .stored(digest: $0, size: size) } ?? .link(link ?? "")
        contentType = try row.read()
    }
}

extension Asset.Draft {
    /// What is stored was checked before.
    fileprivate init(row: inout Row) throws {
        (id, fileName, type) = (try row.read(), try row.read(), try row.read())
        (ending, context, metadata) = (try row.read(), try row.read(), try row.read())
        (grouping, figureCounter, artifactVersion) = (try row.read(), try row.read(), try row.read())
        (parent, step, epoch) = (try row.read(), try row.read(), try row.read())
        createdAt = try row.read()
        overwrite = false
    }
}
