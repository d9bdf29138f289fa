internal import Foundation
internal import Model
internal import Postgres

/// Which assets of an experiment are asked for.
struct AssetFilter: Equatable, Sendable {
    /// Clients say `image` for what others uploaded as `visualization`.
    private static let images = ["image", "visualization"]

    /// Empty: every type.
    let types: [String]
    /// Empty: every name, and so on.
    let name: String
    let grouping: String
    let artifactVersion: String

    init(type: String = "", name: String = "", grouping: String = "", artifactVersion: String = "") {
        types =
            switch type {
            case "", "all": []
            case _ where Self.images.contains(type): Self.images
            default: [type]
            }
        (self.name, self.grouping, self.artifactVersion) = (name, grouping, artifactVersion)
    }
}

extension AssetStore {
    static let pageRowsMax = 2000
    /// Of metadata and names; a page has to fit into one message.
    static let pageBytesMax = 2 * 1024 * 1024

    /// In the order of creation, after `position`.
    func list(
        _ filter: AssetFilter, after position: AssetPosition?, limit: Int, in site: Site
    ) async throws -> (assets: [Asset], hasMore: Bool) {
        let after: SQL =
            position.map { "AND (a.created_at, a.asset_id) > (\($0.createdAt), \($0.id))" } ?? ""
        let rows = try await database.rows(
            """
            SELECT a.place < a.places, \(Asset.columns)
              FROM (SELECT p.*, sum(300 + octet_length(p.metadata) + octet_length(p.file_name)
                                    + coalesce(octet_length(p.link), 0)) OVER running AS weight,
                           row_number() OVER running AS place, count(*) OVER () AS places
                      FROM (SELECT a.* FROM artifact.assets a
                             WHERE a.workspace_id = \(site.workspace) AND a.experiment_id = \(site.experiment)
                               AND (\(filter.types.isEmpty) OR a.type = ANY(\(filter.types)))
                               AND (\(filter.name) = '' OR a.file_name = \(filter.name))
                               AND (\(filter.grouping) = '' OR a.grouping = \(filter.grouping))
                               AND (\(filter.artifactVersion) = '' OR a.artifact_version_id = \(filter.artifactVersion))
                               AND EXISTS (SELECT FROM tracking.experiments e WHERE \(Self.isExperiment(site)))
                               \(after)
                             ORDER BY a.created_at, a.asset_id
                             LIMIT \(limit + 1)) p
                    WINDOW running AS (ORDER BY p.created_at, p.asset_id)) a
             WHERE a.place = 1 OR (a.weight <= \(Self.pageBytesMax) AND a.place <= \(limit))
             ORDER BY a.created_at, a.asset_id
            """, for: .one(site.workspace)
        ) { (hasMore: try $0.read(Bool.self), asset: try Asset(row: &$0)) }
        return (rows.map(\.asset), rows.last?.hasMore ?? false)
    }
}

/// Where a page ended.
struct AssetPosition: Equatable, Sendable {
    let createdAt: Date
    let id: String
}
