import Foundation
import Model
import Postgres

struct LocatorStore: Sendable {
    let database: Database

    /// Oldest first: who makes a key again in a workspace of their own does not come before the one who had it.
    func candidates(keys: [String], in workspaces: [UUID]) async throws -> [ExperimentLocator.Candidate] {
        try await database.rows(
            """
            SELECT workspace_id, project_id, id, key, owner_id, name
              FROM tracking.experiments
             WHERE workspace_id = ANY (\(workspaces)) AND key = ANY (\(keys))
             ORDER BY created_at, id
            """, for: .these(workspaces), ExperimentLocator.Candidate.init(row:))
    }
}

extension ExperimentLocator.Candidate {
    fileprivate init(row: inout Row) throws {
        place = ExperimentPlace(
            workspace: ID(try row.read()), project: ID(try row.read()), id: ID(try row.read()), key: try row.read())
        owner = ID(try row.read())
        name = try row.read()
    }
}
