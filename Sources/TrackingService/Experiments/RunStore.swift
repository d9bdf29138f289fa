import Foundation
import Model
import Postgres

struct RunStore: Sendable {
    let database: Database

    /// Makes the experiment and its first beat unless its key is taken in one of `seen`, where the caller can see it.
    /// Answers `nil` when it is; of sixteen who try at once, one makes it.
    func insert(_ draft: Run.Draft, by permit: Permit, seen: [UUID]) async throws -> Run? {
        let place = ExperimentPlace(
            workspace: draft.workspace, project: draft.project, id: .fresh(), key: draft.key)
        let visible = Set(seen).union([draft.workspace.uuid])
        let others = Array(visible.subtracting([draft.workspace.uuid]))
        return try await database.first(
            """
            WITH e AS (
                INSERT INTO tracking.experiments
                       (workspace_id, id, project_id, key, name, owner_id, owner_name, offline, client, start_token,
                        started_at)
                \(Self.row(draft, place, by: permit, unlessIn: others))
                ON CONFLICT ON CONSTRAINT experiments_key DO NOTHING
                RETURNING workspace_id, id, updated_at),
            beat AS (
                INSERT INTO tracking.beats (workspace_id, experiment_id) SELECT workspace_id, id FROM e)
            SELECT updated_at FROM e
            """, for: .these(Array(visible)), commit: .joint
        ) { row in Run(draft, at: place, by: permit, updatedAt: try row.read()) }
    }

    /// In its own workspace the unique key says whether it is taken.
    private static func row(
        _ draft: Run.Draft, _ place: ExperimentPlace, by permit: Permit, unlessIn others: [UUID]
    ) -> SQL {
        let values: SQL = """
            \(place.workspace.uuid), \(place.id.uuid), \(place.project.uuid), \(place.key), \(draft.name),
            \(permit.principal.uuid), \(permit.name), \(draft.offline), \(draft.client), \(draft.token),
            \(draft.startedAt)
            """
        guard !others.isEmpty else { return "VALUES (\(values))" }
        return """
            SELECT \(values)
             WHERE NOT EXISTS (
                   SELECT FROM tracking.experiments WHERE workspace_id = ANY (\(others)) AND key = \(place.key))
            """
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
