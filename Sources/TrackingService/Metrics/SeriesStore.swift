import Foundation
import Model
import Postgres
import Series

/// Which series of an experiment.
struct SeriesFilter: Sendable {
    /// `nil`: every name.
    var name: String?
    /// `nil`: every context.
    var context: String?
    /// Leaves out names that begin with `sys.`: what clients measure of the machine.
    var withoutSystem = false

    func matches(_ series: SeriesName) -> Bool {
        (name == nil || name == series.name) && (context == nil || context == series.context)
            && !(withoutSystem && series.name.hasPrefix("sys."))
    }

    /// On the columns `name` and `context`.
    fileprivate var condition: SQL {
        """
        (\(name)::text IS NULL OR name = \(name)) AND (\(context)::text IS NULL OR context = \(context))
            AND NOT (\(withoutSystem) AND name LIKE 'sys.%')
        """
    }
}

/// Every statement that reads points.
struct SeriesStore: Sendable {
    let database: Database

    /// Where a page begins: after this point of this series.
    struct Cursor: Sendable {
        let series: SeriesName
        let key: PointKey
    }

    /// What is not yet in chunks. To be read **before** the chunks: a merge in between then shows points twice,
    /// never not at all.
    func journal(of place: MetricPlace, permit: Permit) async throws -> [Block] {
        try await database.rows(
            """
            SELECT body FROM tracking.metric_journal
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment) ORDER BY id
            """, for: .one(place.workspace)
        ) { row in try Block.decode(try row.read()) }
    }

    /// The next chunks, in order of series and points. The first may hold points before the cursor.
    func chunks(
        of place: MetricPlace, _ filter: SeriesFilter, after cursor: Cursor?, limit: Int, permit: Permit
    ) async throws -> [(series: SeriesName, points: Columns)] {
        let from: SQL =
            cursor.map { cursor in
                """
                (name, context, last_key) > (\(cursor.series.name), \(cursor.series.context), \(cursor.key.bytes))
                """
            } ?? "true"
        let named: SQL = filter.name.map { "name = \($0)" } ?? "true"
        return try await database.rows(
            """
            SELECT name, context, body FROM tracking.metric_chunks
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
               AND \(named) AND \(filter.condition) AND \(from)
             ORDER BY name, context, last_key LIMIT \(limit)
            """, for: .one(place.workspace)
        ) { row in (SeriesName(try row.read(), context: try row.read()), try Series.Chunk.decode(try row.read())) }
    }

    /// Outlines of the chunks of one name, and the journal, in one snapshot.
    func outline(
        of place: MetricPlace, name: String, context: String?, _ window: AxisWindow, permit: Permit
    ) async throws -> (chunks: [ChunkOutline], journal: [Block]) {
        let rows = try await database.rows(
            """
            SELECT context, last_key, points, from_ms, to_ms, peaks FROM tracking.metric_chunks
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment) AND name = \(name)
               AND (\(context)::text IS NULL OR context = \(context))
               AND first_key <= \(window.highKey) AND last_key >= \(window.lowKey)
               AND from_ms <= \(window.highTime) AND to_ms >= \(window.lowTime)
            UNION ALL
            SELECT NULL, NULL, points, 0, 0, body FROM tracking.metric_journal
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
            """, for: .one(place.workspace), OutlineRow.init(row:))
        return (rows.compactMap(\.chunk), rows.compactMap(\.block))
    }

    /// Sketches or bodies of these chunks; fewer when a merge has just rewritten some.
    func details(
        of place: MetricPlace, name: String, _ wanted: [(chunk: ChunkOutline, whole: Bool)], permit: Permit
    ) async throws -> [(context: String, lastKey: [UInt8], points: Columns)] {
        guard !wanted.isEmpty else { return [] }
        return try await database.rows(
            """
            SELECT c.context, c.last_key, CASE WHEN w.whole THEN c.body ELSE c.sketch END
              FROM unnest(\(wanted.map(\.chunk.context)), \(wanted.map(\.chunk.lastKey)), \(wanted.map(\.whole)))
                AS w(context, last_key, whole)
              JOIN tracking.metric_chunks c
                ON c.workspace_id = \(place.workspace) AND c.experiment_id = \(place.experiment)
               AND c.name = \(name) AND c.context = w.context AND c.last_key = w.last_key
            """, for: .one(place.workspace)
        ) { row in (try row.read(), try row.read(), try Series.Chunk.decode(try row.read())) }
    }
}

/// A chunk without its points: what the four that stand for it say.
struct ChunkOutline: Sendable {
    let context: String
    let lastKey: [UInt8]
    let points: Int
    let fromTime: Int64
    let toTime: Int64
    let peaks: Columns
}

/// One row of `outline`: a chunk, or a row of the journal.
private struct OutlineRow {
    private(set) var chunk: ChunkOutline?
    private(set) var block: Block?

    init(row: inout Row) throws {
        let (context, lastKey): (String?, [UInt8]?) = (try row.read(), try row.read())
        let (points, from, to): (Int, Int64, Int64) = (try row.read(), try row.read(), try row.read())
        let bytes: [UInt8] = try row.read()
        guard let context, let lastKey else {
            block = try Block.decode(bytes)
            return
        }
        chunk = ChunkOutline(
            context: context, lastKey: lastKey, points: points, fromTime: from, toTime: to,
            peaks: try Series.Chunk.decode(bytes))
    }
}
