import Foundation
import Model
import Postgres

struct AuditStore: Sendable {
    let database: Database

    /// Appends an event, for the transaction of what it tells of. Its workspace must be among the
    /// transaction's tenants.
    static func append(_ event: AuditEvent) -> SQL {
        "\(head) VALUES (\(values(event)))"
    }

    /// Appends an event for each row of `changed`, a part of the same statement: nothing changed, nothing told.
    static func append(_ event: AuditEvent, forEachOf changed: SQL) -> SQL {
        "\(head) SELECT \(values(event)) FROM \(changed)"
    }

    func append(_ event: AuditEvent) async throws {
        try await database.run(Self.append(event), for: event.tenants)
    }

    private static let head: SQL =
        """
        INSERT INTO auth.audit
               (workspace_id, actor_id, actor, action, object, outcome, address, detail, credential_id, request)
        """

    private static func values(_ event: AuditEvent) -> SQL {
        """
        \(event.workspace?.uuid ?? UUID.none), \(event.actor.id), \(event.actor.name), \(event.action), \(event.object),
        \(event.outcome.rawValue), \(event.address), \(event.detail), \(event.actor.credential),
        \(event.actor.origin.request)
        """
    }
}

extension AuditEvent {
    /// The chain that it goes to.
    var tenants: Tenants { .one(workspace?.uuid ?? .none) }
}

extension AuditEntry {
    static let columns: SQL = """
        sequence, time_us, actor_id, actor, action, workspace_id, object, outcome, address, detail, credential_id,
        request, form::integer, hash
        """

    init(row: inout Row) throws {
        self.init(
            sequence: try row.read(), timeMicroseconds: try row.read(), actorID: try row.read(),
            actor: try row.read(), action: try row.read(), workspace: try row.read(), object: try row.read(),
            outcome: try row.read(), address: try row.read(), detail: try row.read(), credential: try row.read(),
            request: try row.read(),
            form: try row.read(), hash: try row.read())
    }
}
