import Foundation
import Model
import Postgres

struct RunStore: Sendable {
    let database: Database

    /// Makes the experiment and its first beat unless its key is taken in one of `seen`, where the caller can see it.
    /// Answers `nil` when it is; of sixteen who try at once, one makes it.
    func insert(_ draft: Run.Draft, by permit: Permit, seen: [UUID]) async throws -> Run? {
        let id = ID<Experiment>.fresh()
        let visible = Array(Set(seen).union([draft.workspace.uuid]))
        return try await database.first(
            """
            WITH e AS (
                INSERT INTO tracking.experiments
                       (workspace_id, id, project_id, key, name, owner_id, owner_name, offline, client, start_token,
                        started_at)
                SELECT \(draft.workspace.uuid), \(id.uuid), \(draft.project.uuid), \(draft.key), \(draft.name),
                       \(permit.principal.uuid), \(permit.name), \(draft.offline), \(draft.client), \(draft.token),
                       \(draft.startedAt)
                 WHERE NOT EXISTS (SELECT FROM tracking.experiments
                                    WHERE workspace_id = ANY (\(visible)) AND key = \(draft.key))
                ON CONFLICT ON CONSTRAINT experiments_key DO NOTHING
                RETURNING *),
            beat AS (
                INSERT INTO tracking.beats (workspace_id, experiment_id) SELECT workspace_id, id FROM e)
            SELECT \(Run.columns), '{}'::text[], '', NULL::timestamptz FROM e
            """, for: .these(visible), commit: .joint, Run.init(row:))
    }

    func find(_ place: ExperimentPlace) async throws -> Run? {
        try await database.first(
            """
            SELECT \(Run.columns), \(Run.joinedColumns)
              FROM tracking.experiments e \(Run.joins)
             WHERE e.workspace_id = \(place.workspace.uuid) AND e.id = \(place.id.uuid)
            """, for: .these([place.workspace.uuid]), Run.init(row:))
    }

    /// Whether `token` started this experiment.
    func wasStarted(_ place: ExperimentPlace, with token: String, by principal: ID<Account>) async throws -> Bool {
        try await database.first(
            """
            SELECT start_token = \(token) AND owner_id = \(principal.uuid)
              FROM tracking.experiments
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, for: .these([place.workspace.uuid])
        ) { row in try row.read(Bool.self) } ?? false
    }

    /// A client attaches to an experiment: it runs again, whatever it was. Answers the first free console offset,
    /// or `nil` when the experiment is gone.
    func resume(_ place: ExperimentPlace) async throws -> Int64? {
        try await database.first(
            """
            WITH revived AS (
                UPDATE tracking.experiments SET state = 1, ended_at = NULL, updated_at = now()
                 WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid) AND state <> 1),
            beat AS (
                INSERT INTO tracking.beats (workspace_id, experiment_id)
                SELECT workspace_id, id FROM tracking.experiments
                 WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
                ON CONFLICT ON CONSTRAINT beats_pkey DO UPDATE SET beat_at = now())
            SELECT coalesce((SELECT max(last_offset) + 1 FROM tracking.output_blocks
                              WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)), 0)
              FROM tracking.experiments
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, for: .these([place.workspace.uuid])
        ) { row in try row.read(Int64.self) }
    }
}

extension Run {
    /// Of `tracking.experiments e`; `joinedColumns` follow in every list.
    static let columns: SQL = """
        e.workspace_id, e.project_id, e.id, e.key, e.name, e.state::int8, e.has_crashed, e.error, e.archived, e.offline,
        e.owner_id, e.owner_name, e.file_name, e.file_path, e.started_at, e.ended_at, e.updated_at
        """
    static let joinedColumns: SQL = """
        coalesce(v.tags, '{}'), coalesce(v.others -> 'optimizer_id' ->> 'v', ''), b.beat_at
        """
    static let joins: SQL = """
        LEFT JOIN tracking.experiment_values v ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
        LEFT JOIN tracking.beats b ON b.workspace_id = e.workspace_id AND b.experiment_id = e.id
        """

    init(row: inout Row) throws {
        place = ExperimentPlace(
            workspace: ID(try row.read()), project: ID(try row.read()), id: ID(try row.read()), key: try row.read())
        name = try row.read()
        state = State(rawValue: try row.read()) ?? .lost
        (hasCrashed, error, archived, offline) = (try row.read(), try row.read(), try row.read(), try row.read())
        (owner, ownerName) = (ID(try row.read()), try row.read())
        (fileName, filePath) = (try row.read(), try row.read())
        (startedAt, endedAt) = (try row.read(), try row.read())
        let updated = try row.read(Date.self)
        (tags, optimization) = (try row.read(), try row.read())
        updatedAt = max(updated, try row.read(Date?.self) ?? updated)
    }
}
