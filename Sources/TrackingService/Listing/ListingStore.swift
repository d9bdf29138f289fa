import Foundation
import Model
import Postgres

struct ListingStore: Sendable {
    let database: Database

    /// In the query's order, after its cursor. Two steps in one statement: the keys of all, then the rows of the page.
    func page(_ query: Listing.Query, limit: Int) async throws -> [Listing.Entry] {
        // Milliseconds, as a cursor carries them.
        let now = query.cursor?.after.now ?? Date(milliseconds: Date().milliseconds)
        let order: SQL =
            query.descending ? "k.kind, k.number DESC, k.text DESC, k.id DESC" : "k.kind, k.number, k.text, k.id"
        return try await database.rows(
            """
            WITH keyed AS (
                SELECT e.id, \(Self.key(query.sort, now: now))
                  FROM tracking.experiments e
                  LEFT JOIN tracking.experiment_values v
                    ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
                 WHERE \(Self.filter(query))),
            k AS (SELECT * FROM keyed AS k WHERE \(Self.after(query)) ORDER BY \(order)
                  LIMIT \(limit) OFFSET \(query.cursor == nil ? query.offset : 0))
            SELECT \(Run.columns), \(Run.joinedColumns), \(Self.values(query.detail)), k.kind::int8, k.number, k.text
              FROM k JOIN tracking.experiments e ON e.workspace_id = \(query.workspace.uuid) AND e.id = k.id
              \(Run.joins)
             ORDER BY \(order)
            """, for: .one(query.workspace.uuid)
        ) { row in
            let (run, bytes) = try Self.run(&row)
            let key = SortKey(
                kind: try row.read(), number: try row.read(), text: try row.read(), id: run.place.id.uuid, now: now)
            return Listing.Entry(run: run, place: key, bytes: bytes)
        }
    }

    func find(_ place: ExperimentPlace, _ detail: Listing.Detail) async throws -> Listing.Entry? {
        try await database.first(
            """
            SELECT \(Run.columns), \(Run.joinedColumns), \(Self.values(detail))
              FROM tracking.experiments e \(Run.joins)
             WHERE e.workspace_id = \(place.workspace.uuid) AND e.id = \(place.id.uuid)
            """, for: .one(place.workspace.uuid)
        ) { row in
            let (run, bytes) = try Self.run(&row)
            let key = SortKey(kind: 2, number: 0, text: "", id: place.id.uuid, now: Date())
            return Listing.Entry(run: run, place: key, bytes: bytes)
        }
    }

    func count(_ query: Listing.Query) async throws -> Int {
        try await database.first(
            """
            SELECT count(*)
              FROM tracking.experiments e
              LEFT JOIN tracking.experiment_values v ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
             WHERE \(Self.filter(query))
            """, for: .one(query.workspace.uuid)
        ) { row in try row.read(Int.self) } ?? 0
    }

    /// Not counting the archived.
    func counts(of projects: [ID<Project>]?, in workspace: ID<Workspace>) async throws -> [ProjectCount] {
        let which: SQL = projects.map { "e.project_id = ANY (\($0.map(\.uuid)))" } ?? "true"
        return try await database.rows(
            """
            SELECT e.project_id, count(*), count(*) FILTER (WHERE e.state = 1),
                   max(greatest(e.updated_at, b.beat_at))
              FROM tracking.experiments e
              LEFT JOIN tracking.beats b ON b.workspace_id = e.workspace_id AND b.experiment_id = e.id
             WHERE e.workspace_id = \(workspace.uuid) AND NOT e.archived AND \(which)
             GROUP BY e.project_id
            """, for: .one(workspace.uuid)
        ) { row in
            ProjectCount(
                project: ID(try row.read()), experiments: try row.read(), running: try row.read(),
                updatedAt: try row.read())
        }
    }

    func summaries(
        of experiments: [ID<Experiment>], in workspace: ID<Workspace>
    ) async throws -> [ID<Experiment>: [MetricSummary]] {
        let rows = try await database.rows(
            """
            SELECT experiment_id, name, context, current, current_step, current_ms, min, min_step, min_ms,
                   max, max_step, max_ms, batches
              FROM tracking.metric_summaries
             WHERE workspace_id = \(workspace.uuid) AND experiment_id = ANY (\(experiments.map(\.uuid)))
             ORDER BY experiment_id, name, context
            """, for: .one(workspace.uuid)
        ) { row in (ID<Experiment>(try row.read()), try MetricSummary(row: &row)) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    private static func run(_ row: inout Row) throws -> (Run, bytes: Int) {
        var run = try Run(row: &row)
        let (parameters, others) = (try row.read(JSON?.self), try row.read(JSON?.self))
        if let parameters { run.parameters = ValueDocument.decode(parameters.text) }
        if let others { run.others = ValueDocument.decode(others.text) }
        let values = (parameters?.text.utf8.count ?? 0) + (others?.text.utf8.count ?? 0)
        let tags = run.tags.reduce(0) { $0 + $1.utf8.count + 3 }
        return (run, 300 + run.name.utf8.count + run.error.utf8.count + run.filePath.utf8.count + values * 3 / 2 + tags)
    }
}

extension MetricSummary {
    fileprivate init(row: inout Row) throws {
        (name, context) = (try row.read(), try row.read())
        current = Point(value: try row.read(), step: try row.read(), time: try row.read())
        least = try Point(optional: &row)
        greatest = try Point(optional: &row)
        batches = try row.read()
    }
}

extension MetricSummary.Point {
    fileprivate init?(optional row: inout Row) throws {
        let (value, step, time) = (try row.read(Double?.self), try row.read(Double?.self), try row.read(Int64?.self))
        guard let value, let step, let time else { return nil }
        self.init(value: value, step: step, time: time)
    }
}
