import Foundation
import Model
import Postgres

struct TidyingStore: Sendable {
    let database: Database

    func setArchived(_ places: [ExperimentPlace], _ archived: Bool) async throws {
        let (workspaces, ids) = Self.columns(places)
        try await database.run(
            """
            UPDATE tracking.experiments e SET archived = \(archived)
              FROM unnest(\(workspaces), \(ids)) AS p (workspace_id, id)
             WHERE e.workspace_id = p.workspace_id AND e.id = p.id
            """, for: Self.tenants(places))
    }

    func move(_ places: [ExperimentPlace], to project: ID<Project>, in workspace: ID<Workspace>) async throws {
        try await database.run(
            """
            UPDATE tracking.experiments SET project_id = \(project.uuid)
             WHERE workspace_id = \(workspace.uuid) AND id = ANY (\(places.map(\.id.uuid)))
            """, for: .one(workspace.uuid))
    }

    /// The metrics first, which have a lock of their own against late appends. What hangs on the experiments by a
    /// foreign key goes with them: whoever still writes to one waits, and then finds none.
    /// On a session of its own: ten thousand of them take seconds.
    func delete(_ places: [ExperimentPlace]) async throws {
        let (workspaces, ids) = Self.columns(places)
        let metrics = Metrics.deletion(of: places.map(MetricPlace.init))
        try await database.transaction(for: Self.tenants(places)) { transaction in
            for statement in metrics { try await transaction.run(statement) }
            try await transaction.run(
                """
                DELETE FROM tracking.experiments e USING unnest(\(workspaces), \(ids)) AS p (workspace_id, id)
                 WHERE e.workspace_id = p.workspace_id AND e.id = p.id
                """)
            try await transaction.run(
                """
                DELETE FROM tracking.beats b USING unnest(\(workspaces), \(ids)) AS p (workspace_id, id)
                 WHERE b.workspace_id = p.workspace_id AND b.experiment_id = p.id
                """)
        }
    }

    private static func columns(_ places: [ExperimentPlace]) -> (workspaces: [UUID], ids: [UUID]) {
        (places.map(\.workspace.uuid), places.map(\.id.uuid))
    }

    private static func tenants(_ places: [ExperimentPlace]) -> Tenants {
        .these(Array(Set(places.map(\.workspace.uuid))))
    }
}
