import Foundation
import Model
import Postgres

/// The queue of audit entries. It spans tenants and names no tenant's data but a project's or workspace's name.
struct AuditStore: Sendable {
    let database: Database

    func oldest(atMost count: Int) async throws -> [AuditEntry] {
        try await database.rows(
            """
            SELECT entry_id, workspace_id, actor_id, actor, action, object, happened_at
              FROM workspace.audit_queue ORDER BY entry_id LIMIT \(count)
            """, for: .none
        ) { row in
            AuditEntry(
                id: try row.read(), workspace: ID(try row.read()), actor: ID(try row.read()),
                actorName: try row.read(), action: try row.read(), object: try row.read(),
                happenedAt: try row.read())
        }
    }

    func delete(_ entry: AuditEntry) async throws {
        try await database.run("DELETE FROM workspace.audit_queue WHERE entry_id = \(entry.id)", for: .none)
    }
}
