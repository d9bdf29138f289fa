import Foundation
import Postgres
import Series

/// Every statement of the merger.
struct MetricMergeStore: Sendable {
    let database: Database

    /// Experiments whose journal is worth merging: large, or old. The largest first.
    func due(_ settings: MergeSettings) async throws -> [MetricPlace] {
        try await database.rows(
            """
            SELECT workspace_id, experiment_id FROM tracking.metric_pending
             GROUP BY workspace_id, experiment_id
            HAVING sum(points) >= \(settings.pointsDue) OR sum(batches) >= \(settings.batchesDue)
                OR min(created_at) <= now() - make_interval(secs => \(settings.secondsDue))
             ORDER BY sum(points) DESC LIMIT 64
            """, for: .none
        ) { row in MetricPlace(workspace: try row.read(), experiment: try row.read()) }
    }

    /// Over all tenants, in ids and counts; by itself each experiment with more than `many` points.
    func backlog(listing many: Int) async throws -> MetricBrake.Backlog {
        var backlog = MetricBrake.Backlog()
        let rows = try await database.rows(
            """
            SELECT NULL::uuid, coalesce(sum(points), 0)::bigint FROM tracking.metric_pending
            UNION ALL
            (SELECT experiment_id, sum(points)::bigint FROM tracking.metric_pending GROUP BY experiment_id
             HAVING sum(points) > \(many) LIMIT 10000)
            """, for: .none
        ) { row in (try row.read(UUID?.self), try row.read(Int.self)) }
        for (experiment, points) in rows {
            if let experiment { backlog.experiments[experiment] = points } else { backlog.all = points }
        }
        return backlog
    }

    func transaction<Value>(at place: MetricPlace, _ body: (MetricMergeTransaction) async throws -> Value) async throws
        -> Value
    {
        try await database.transaction(for: .one(place.workspace)) { transaction in
            try await body(MetricMergeTransaction(transaction: transaction, place: place))
        }
    }
}

/// The statements of one merge, in their order.
struct MetricMergeTransaction {
    /// First number of the lock that keeps mergers of other processes off an experiment; the second comes from its id.
    private static let lockClass: Int32 = 0x4d45_5247

    let transaction: Transaction
    let place: MetricPlace

    /// `false` while another process merges this experiment. Deletion waits for us, and we for it.
    func lock() async throws -> Bool {
        let keys = MetricStore.lockKeys([place.experiment])
        let key = Int32(truncatingIfNeeded: keys.first ?? 0)
        let isOurs = try await transaction.first(
            "SELECT pg_try_advisory_xact_lock(\(MetricMergeTransaction.lockClass), \(key))"
        ) { row in try row.read(Bool.self) }
        guard isOurs == true else { return false }
        try await transaction.run(MetricStore.guarding([place]))
        return true
    }

    /// Before the journal is read: whatever these rows announce is seen then. Answers the points that they count.
    func takePending() async throws -> Int {
        try await transaction.first(
            """
            WITH taken AS (
                DELETE FROM tracking.metric_pending
                 WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
                RETURNING points)
            SELECT coalesce(sum(points), 0)::bigint FROM taken
            """
        ) { row in try row.read(Int.self) } ?? 0
    }

    /// The oldest rows, at least one, up to about `pointsMax` points.
    func journal(pointsMax: Int, rowsMax: Int) async throws -> [(id: UUID, block: Block)] {
        try await transaction.rows(
            """
            SELECT id, body FROM (
                SELECT id, body, sum(points) OVER (ORDER BY id) - points AS points_before
                  FROM tracking.metric_journal
                 WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
                 ORDER BY id LIMIT \(rowsMax)) AS oldest
             WHERE points_before < \(pointsMax) ORDER BY id
            """
        ) { row in (try row.read(), try Block.decode(try row.read())) }
    }

    /// For each series the chunks that its new points may touch, in order.
    func spans(_ parts: [(series: SeriesName, points: Columns)]) async throws -> [ChunkSpan] {
        let lows = parts.map { $0.points.first?.key.bytes ?? [] }
        let highs = parts.map { $0.points.last?.key.bytes ?? [] }
        return try await transaction.rows(
            """
            SELECT s.name, s.context, c.first_key, c.last_key, c.points
              FROM unnest(\(parts.map(\.series.name)), \(parts.map(\.series.context)), \(lows), \(highs))
                WITH ORDINALITY AS s(name, context, low, high, place)
             CROSS JOIN LATERAL (
                (SELECT first_key, last_key, points FROM tracking.metric_chunks
                  WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
                    AND name = s.name AND context = s.context AND last_key < s.low
                  ORDER BY last_key DESC LIMIT 1)
                UNION ALL
                (SELECT first_key, last_key, points FROM tracking.metric_chunks
                  WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
                    AND name = s.name AND context = s.context AND last_key >= s.low AND first_key <= s.high)
             ) AS c
             ORDER BY s.place, c.last_key
            """
        ) { row in
            ChunkSpan(
                series: SeriesName(try row.read(), context: try row.read()), first: try PointKey(bytes: try row.read()),
                last: try PointKey(bytes: try row.read()), points: try row.read())
        }
    }

    /// Takes chunks out to be written anew.
    func take(_ spans: [ChunkSpan]) async throws -> [(series: SeriesName, points: Columns)] {
        guard !spans.isEmpty else { return [] }
        return try await transaction.rows(
            """
            DELETE FROM tracking.metric_chunks AS c
             USING unnest(\(spans.map(\.series.name)), \(spans.map(\.series.context)), \(spans.map(\.last.bytes)))
                AS s(name, context, last_key)
             WHERE c.workspace_id = \(place.workspace) AND c.experiment_id = \(place.experiment)
               AND c.name = s.name AND c.context = s.context AND c.last_key = s.last_key
            RETURNING c.name, c.context, c.body
            """
        ) { row in
            (SeriesName(try row.read(), context: try row.read()), try Series.Chunk.decode(try row.read()))
        }
    }

    func put(_ rows: [ChunkRow]) async throws {
        guard !rows.isEmpty else { return }
        try await transaction.run(
            """
            INSERT INTO tracking.metric_chunks (
                workspace_id, experiment_id, name, context, last_key, first_key, points, from_ms, to_ms,
                peaks, sketch, body)
            SELECT \(place.workspace), \(place.experiment), c.*
              FROM unnest(\(rows.map(\.series.name)), \(rows.map(\.series.context)), \(rows.map(\.lastKey)),
                          \(rows.map(\.firstKey)), \(rows.map(\.points)), \(rows.map(\.fromTime)),
                          \(rows.map(\.toTime)), \(rows.map(\.peaks)), \(rows.map(\.sketch)), \(rows.map(\.body))) AS c
            """)
    }

    func dropJournal(_ ids: [UUID]) async throws {
        try await transaction.run(
            """
            DELETE FROM tracking.metric_journal
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment) AND id = ANY(\(ids))
            """)
    }

    /// There may be more, `points` of it: asks for another merge at once.
    func ask(again settings: MergeSettings, points: Int) async throws {
        try await transaction.run(
            """
            INSERT INTO tracking.metric_pending (workspace_id, experiment_id, points, batches)
            VALUES (\(place.workspace), \(place.experiment), \(max(points, settings.pointsDue)), 0)
            """)
    }
}
