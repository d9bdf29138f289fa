import Foundation
import Model
import Postgres

struct SystemStore: Sendable {
    let database: Database

    func merge(_ json: String, into place: ExperimentPlace) async throws {
        let statement: SQL = """
            INSERT INTO tracking.system_details AS x (workspace_id, experiment_id, details)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), tracking.merge_details('{}', \(JSON(json))))
            ON CONFLICT ON CONSTRAINT system_details_pkey
            DO UPDATE SET details = tracking.merge_details(x.details, excluded.details)
            """
        _ = try await refusals { try await database.run(statement, for: .one(place.workspace.uuid), commit: .joint) }
    }

    func find(_ place: ExperimentPlace) async throws -> String? {
        try await database.first(
            """
            SELECT details FROM tracking.system_details
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
            """, for: .one(place.workspace.uuid)
        ) { row in try row.read(JSON.self).text }
    }
}
