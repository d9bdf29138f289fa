import Model
import Postgres

struct StepCopyStore: Sendable {
    let database: Database

    /// Within one workspace. What the target has already, it keeps.
    func copyValues(from source: ExperimentPlace, to target: ExperimentPlace) async throws {
        let statement: SQL = """
            INSERT INTO tracking.experiment_values AS x (workspace_id, experiment_id, parameters, others, tags)
            SELECT workspace_id, \(target.id.uuid), parameters, others - 'Name', tags
              FROM tracking.experiment_values
             WHERE workspace_id = \(source.workspace.uuid) AND experiment_id = \(source.id.uuid)
            ON CONFLICT ON CONSTRAINT experiment_values_pkey
            DO UPDATE SET parameters = tracking.whole_values(excluded.parameters)
                                       || tracking.whole_values(x.parameters),
                          others = tracking.whole_values(excluded.others) || tracking.whole_values(x.others),
                          tags = tracking.merge_tags(x.tags, excluded.tags, '{}')
            """
        _ = try await refusals { try await database.run(statement, for: .one(target.workspace.uuid)) }
    }
}
