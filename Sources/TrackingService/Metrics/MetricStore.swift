import Foundation
import Model
import Postgres
import Series

/// Every statement that appends metrics or answers from their summaries.
struct MetricStore: Sendable {
    let database: Database

    /// One transaction for all: queue of the merger, journal, summaries.
    ///
    /// Throws `.notFound` when one of the experiments is not in its workspace, and `.exhausted` when one has too many
    /// series; then nothing of any of them was written.
    func append(_ appends: [MetricAppend]) async throws {
        let pending = Dictionary(grouping: appends, by: \.place).sorted { $0.key < $1.key }
        let workspaces = Array(Set(pending.map(\.key.workspace)))
        do {
            try await database.run(
                [MetricStore.guarding(pending.map(\.key)), queue(pending), journal(appends), summaries(appends)],
                for: .these(workspaces))
        } catch let error as PostgresError where error.sqlState == "23502" {
            throw Failure(.notFound, "There is no such experiment here, or you may not see it.")
        } catch let error as PostgresError where error.constraint == "metric_counts_series_max" {
            throw Failure(
                .exhausted, "An experiment holds at most 50,000 series (name and context).", reason: "too_many_series")
        }
    }

    /// Holds off the deletion and the moving of these experiments until this transaction ends; nothing else.
    /// A statement of its own, so that the next ones see what such a move has done.
    static func guarding(_ places: [MetricPlace]) -> SQL {
        "SELECT pg_advisory_xact_lock_shared(key) FROM unnest(\(lockKeys(places.map(\.experiment)))) AS key"
    }

    /// In order, so that two transactions cannot wait for each other.
    static func lockKeys(_ experiments: [UUID]) -> [Int64] {
        // The last 8 bytes of a UUIDv7 are random.
        experiments.map { id in
            withUnsafeBytes(of: id.uuid) { $0.loadUnaligned(fromByteOffset: 8, as: Int64.self) }
        }.sorted()
    }

    /// An experiment that is not there leaves NULL in a column that must not be NULL.
    private func queue(_ pending: [(key: MetricPlace, value: [MetricAppend])]) -> SQL {
        let (workspaces, experiments) = (pending.map(\.key.workspace), pending.map(\.key.experiment))
        let points = pending.map { $0.value.reduce(0) { $0 + $1.points } }
        return """
            INSERT INTO tracking.metric_pending (workspace_id, experiment_id, points, batches)
            SELECT p.workspace_id,
                   (SELECT e.id FROM tracking.experiments e
                     WHERE e.workspace_id = p.workspace_id AND e.id = p.experiment_id),
                   p.points, p.batches
              FROM unnest(\(workspaces), \(experiments), \(points), \(pending.map(\.value.count)))
                AS p(workspace_id, experiment_id, points, batches)
            """
    }

    private func journal(_ appends: [MetricAppend]) -> SQL {
        """
        INSERT INTO tracking.metric_journal (workspace_id, experiment_id, id, points, body)
        SELECT * FROM unnest(\(appends.map(\.place.workspace)), \(appends.map(\.place.experiment)),
                             \(appends.map(\.id)), \(appends.map(\.points)), \(appends.map(\.body)))
        """
    }

    /// Combined here first, one row a series; in order of the key, so that transactions do not lock each other out.
    private func summaries(_ appends: [MetricAppend]) -> SQL {
        let rows = SummaryRows(appends)
        return """
            WITH written AS (
                INSERT INTO tracking.metric_summaries AS t (
                    workspace_id, experiment_id, name, context, current, current_step, current_ms,
                    min, min_step, min_ms, max, max_step, max_ms, batches)
                SELECT * FROM unnest(
                    \(rows.workspaces), \(rows.experiments), \(rows.names), \(rows.contexts),
                    \(rows.current.values), \(rows.current.steps), \(rows.current.times),
                    \(rows.min.values), \(rows.min.steps), \(rows.min.times),
                    \(rows.max.values), \(rows.max.steps), \(rows.max.times), \(rows.batches))
                ON CONFLICT ON CONSTRAINT metric_summaries_pkey DO UPDATE SET
                    current = CASE WHEN \(MetricStore.isLater) THEN excluded.current ELSE t.current END,
                    current_step = CASE WHEN \(MetricStore.isLater) THEN excluded.current_step ELSE t.current_step END,
                    current_ms = CASE WHEN \(MetricStore.isLater) THEN excluded.current_ms ELSE t.current_ms END,
                    min = CASE WHEN \(MetricStore.isSmaller) THEN excluded.min ELSE t.min END,
                    min_step = CASE WHEN \(MetricStore.isSmaller) THEN excluded.min_step ELSE t.min_step END,
                    min_ms = CASE WHEN \(MetricStore.isSmaller) THEN excluded.min_ms ELSE t.min_ms END,
                    max = CASE WHEN \(MetricStore.isGreater) THEN excluded.max ELSE t.max END,
                    max_step = CASE WHEN \(MetricStore.isGreater) THEN excluded.max_step ELSE t.max_step END,
                    max_ms = CASE WHEN \(MetricStore.isGreater) THEN excluded.max_ms ELSE t.max_ms END,
                    batches = t.batches + excluded.batches
                RETURNING workspace_id, experiment_id, (xmax = 0) AS is_new)
            INSERT INTO tracking.metric_counts AS c (workspace_id, experiment_id, series)
            SELECT workspace_id, experiment_id, count(*) FROM written WHERE is_new
             GROUP BY workspace_id, experiment_id ORDER BY workspace_id, experiment_id
            ON CONFLICT ON CONSTRAINT metric_counts_pkey DO UPDATE SET series = c.series + excluded.series
            """
    }

    // As `Summary` has it. Of a series with NaN only min and max are NULL, which no comparison takes.
    private static let isLater: SQL =
        "(excluded.current_ms, excluded.current_step, excluded.current) > (t.current_ms, t.current_step, t.current)"
    private static let isSmaller: SQL =
        "(t.min IS NULL OR (excluded.min, excluded.min_step, excluded.min_ms) < (t.min, t.min_step, t.min_ms))"
    private static let isGreater: SQL =
        """
        (t.max IS NULL OR excluded.max > t.max
            OR (excluded.max = t.max AND (excluded.max_step, excluded.max_ms) < (t.max_step, t.max_ms)))
        """

    func summaries(of place: MetricPlace, permit: Permit) async throws -> [SummaryRow] {
        try await database.rows(
            """
            SELECT \(SummaryRow.columns) FROM tracking.metric_summaries
             WHERE workspace_id = \(place.workspace) AND experiment_id = \(place.experiment)
             ORDER BY name, context
            """, for: .one(place.workspace), SummaryRow.init(row:))
    }
}
