import Foundation
import Model
import Postgres

/// One row for each experiment, merged name by name in the statement that writes it. The function that merges is called
/// only where there is something to merge with: it costs a quarter of the statement.
struct ValueStore: Sendable {
    let database: Database

    /// Of values whose names are distinct.
    func mergeParameters(_ values: ValueBatch, of place: ExperimentPlace) async throws {
        try await write(
            """
            INSERT INTO tracking.experiment_values AS x (workspace_id, experiment_id, parameters)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(JSON(ValueDocument.encode(values))))
            ON CONFLICT ON CONSTRAINT experiment_values_pkey
            DO UPDATE SET parameters = CASE WHEN x.parameters = '{}' THEN excluded.parameters
                                            ELSE tracking.merge_values(x.parameters, excluded.parameters) END
            """, place)
    }

    func removeParameters(_ names: [String], of place: ExperimentPlace) async throws {
        try await write(
            """
            UPDATE tracking.experiment_values SET parameters = parameters - \(names)
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
            """, place)
    }

    func mergeOthers(_ values: [LoggedValue], renaming name: String?, of place: ExperimentPlace) async throws {
        let merge: SQL = """
            INSERT INTO tracking.experiment_values AS x (workspace_id, experiment_id, others)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(JSON(ValueDocument.encode(values))))
            ON CONFLICT ON CONSTRAINT experiment_values_pkey
            DO UPDATE SET others = CASE WHEN x.others = '{}' THEN excluded.others
                                        ELSE tracking.merge_values(x.others, excluded.others) END
            """
        guard let name else { return try await write(merge, place) }
        let rename: SQL = """
            UPDATE tracking.experiments SET name = \(name)
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """
        _ = try await refusals {
            try await database.run([merge, rename], for: .one(place.workspace.uuid), commit: .joint)
        }
    }

    /// `add` names each tag once, and none that `remove` names: for a row that is not there yet it is what there is.
    func editTags(add: [String], remove: [String], of place: ExperimentPlace) async throws {
        try await write(
            """
            INSERT INTO tracking.experiment_values AS x (workspace_id, experiment_id, tags)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(add))
            ON CONFLICT ON CONSTRAINT experiment_values_pkey
            DO UPDATE SET tags = CASE WHEN x.tags = '{}' THEN excluded.tags
                                      ELSE tracking.merge_tags(x.tags, \(add), \(remove)) END
            """, place)
    }

    func find(_ place: ExperimentPlace) async throws -> Values.All? {
        try await database.first(
            """
            SELECT parameters, others, tags FROM tracking.experiment_values
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
            """, for: .one(place.workspace.uuid)
        ) { row in
            Values.All(
                parameters: ValueDocument.decode(try row.read(JSON.self).text),
                others: ValueDocument.decode(try row.read(JSON.self).text), tags: try row.read())
        }
    }

    private func write(_ statement: SQL, _ place: ExperimentPlace) async throws {
        _ = try await refusals { try await database.run(statement, for: .one(place.workspace.uuid), commit: .joint) }
    }
}
