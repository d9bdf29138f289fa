import Foundation
import Model
import Postgres

/// The queue of audit entries. It spans tenants and names no tenant's data but a project's or workspace's name.
struct AuditStore: Sendable {
    let database: Database

    /// An entry for each row of `changed`, a part of the same statement that has `workspace_id` and `name`.
    static func append(_ action: String, by permit: Permit, forEachOf changed: SQL) -> SQL {
        """
        INSERT INTO workspace.audit_queue
               (entry_id, workspace_id, actor_id, actor, action, object, address, credential_id, request)
        SELECT \(UUID.version7()), workspace_id, \(permit.principal.uuid), \(permit.name), \(action), name,
               \(permit.origin.address), \(permit.credential.uuid), \(permit.origin.request)
          FROM \(changed)
        """
    }

    func oldest(atMost count: Int) async throws -> [AuditEntry] {
        try await database.rows(
            """
            SELECT entry_id, workspace_id, actor_id, actor, action, object, happened_at, address, credential_id,
                   request
              FROM workspace.audit_queue ORDER BY entry_id LIMIT \(count)
            """, for: .none
        ) { row in
            AuditEntry(
                id: try row.read(), workspace: ID(try row.read()), actor: ID(try row.read()),
                actorName: try row.read(), action: try row.read(), object: try row.read(),
                happenedAt: try row.read(), address: try row.read(), credential: ID(try row.read()),
                request: try row.read())
        }
    }

    func delete(_ entry: AuditEntry) async throws {
        try await database.run("DELETE FROM workspace.audit_queue WHERE entry_id = \(entry.id)", for: .none)
    }
}
