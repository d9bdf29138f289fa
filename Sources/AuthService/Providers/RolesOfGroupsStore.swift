import Foundation
import Model
import Postgres

/// Roles that somebody has because of their groups, brought up to date at each sign-in, unless the provider keeps both
/// them and its groups here (SCIM). Those given by hand are in another table, and stay.
enum RolesOfGroups {
    /// What has changed, to be told.
    static func settle(
        _ arrival: IdentityStore.Arrival, _ actor: AuditEvent.Actor, _ transaction: Transaction
    ) async throws -> [AuditEvent] {
        let provider = arrival.provider
        guard try await !ProvisioningStore.keepsGroups(of: ID(actor.id), provider, transaction) else { return [] }
        let wanted = provider.roles(for: arrival.identity.groups)
        let workspaces = wanted.map(\.scope.workspaceKey)
        let gone = try await transaction.rows(
            """
            DELETE FROM auth.provider_grants
             WHERE account_id = \(actor.id) AND provider_id = \(provider.id.uuid)
               AND NOT workspace_id = ANY(\(workspaces))
            RETURNING workspace_id, role
            """, Change.init(row:))
        let given = try await transaction.rows(
            """
            INSERT INTO auth.provider_grants AS g (workspace_id, account_id, provider_id, role)
            SELECT u.workspace, \(actor.id), \(provider.id.uuid), u.role
              FROM unnest(\(workspaces), \(wanted.map(\.role.rawValue))) AS u (workspace, role)
            ON CONFLICT (workspace_id, account_id, provider_id)
            DO UPDATE SET role = excluded.role, granted_at = now() WHERE g.role <> excluded.role
            RETURNING workspace_id, role
            """, Change.init(row:))
        return gone.map { $0.event("grant.remove", provider, actor) }
            + given.map { $0.event("grant.set", provider, actor) }
    }

    private struct Change {
        let workspace: UUID
        let role: String

        init(row: inout Row) throws {
            workspace = try row.read()
            role = try row.read()
        }

        func event(_ action: String, _ provider: Provider, _ actor: AuditEvent.Actor) -> AuditEvent {
            AuditEvent(
                actor, action, in: workspace == .none ? nil : ID(workspace), on: actor.id.uuidString.lowercased(),
                detail: ["role": role, "by": "group", "provider": provider.label])
        }
    }
}
