import Foundation
import Model
import Postgres

/// What the groups that a provider keeps here bring their members, by the same rules as the groups of a claim.
extension ProvisioningStore {
    /// Whether this provider says here, and not by a claim, which groups somebody is in.
    static func keepsGroups(
        of account: ID<Account>, _ provider: Provider, _ transaction: Transaction
    ) async throws -> Bool {
        try await transaction.first(
            """
            SELECT FROM auth.provisioned_users u
             WHERE u.account_id = \(account.uuid) AND u.provider_id = \(provider.id.uuid)
               AND EXISTS (SELECT FROM auth.provisioned_groups g WHERE g.provider_id = u.provider_id)
            """
        ) { _ in true } ?? false
    }

    /// Brings everybody's roles up to rules that have changed.
    func resettle(_ provider: Provider, _ actor: AuditEvent.Actor) async throws {
        try await database.transaction(for: try await tenants(of: provider)) { transaction in
            try await Self.lock(provider.id, transaction)
            let members = try await transaction.rows(
                """
                SELECT DISTINCT m.account_id FROM auth.group_members m
                  JOIN auth.provisioned_groups g ON g.account_id = m.group_id
                 WHERE g.provider_id = \(provider.id.uuid)
                """
            ) { row in try row.read(UUID.self) }
            try await Self.settle(members, provider, actor, telling: [], transaction)
        }
    }

    /// Where roles may come and go: what the rules name, and what somebody has from rules that were.
    func tenants(of provider: Provider) async throws -> Tenants {
        let held = try await database.rows(
            "SELECT DISTINCT workspace_id FROM auth.provider_grants WHERE provider_id = \(provider.id.uuid)",
            for: .none
        ) { row in try row.read(UUID.self) }
        return .these(Array(Set(held + provider.groupRoles.map(\.grant.scope.workspaceKey) + [UUID.none])))
    }

    /// Brings the roles of these people up to what their groups are now, and tells of it, last.
    static func settle(
        _ accounts: [UUID], _ provider: Provider, _ actor: AuditEvent.Actor, telling events: [AuditEvent],
        _ transaction: Transaction
    ) async throws {
        let rules = try await rules(of: provider, transaction)
        let wanted: SQL = """
            SELECT DISTINCT ON (m.account_id, r.place) m.account_id, r.place, r.role
              FROM unnest(\(rules.map(\.group)), \(rules.map(\.place)), \(rules.map(\.role.rawValue)),
                          \(rules.map { Int64($0.role.rank) })) AS r (id, place, role, height)
              JOIN auth.group_members m ON m.group_id = r.id
             WHERE m.account_id = ANY(\(accounts)) ORDER BY m.account_id, r.place, r.height DESC
            """
        let gone = try await transaction.rows(
            """
            DELETE FROM auth.provider_grants g
             WHERE g.account_id = ANY(\(accounts)) AND g.provider_id = \(provider.id.uuid)
               AND NOT EXISTS (SELECT FROM (\(wanted)) w
                                WHERE w.account_id = g.account_id AND w.place = g.workspace_id)
            RETURNING g.account_id, g.workspace_id, g.role
            """, Change.init(row:))
        let given = try await transaction.rows(
            """
            INSERT INTO auth.provider_grants AS g (workspace_id, account_id, provider_id, role)
            SELECT w.place, w.account_id, \(provider.id.uuid), w.role FROM (\(wanted)) w
            ON CONFLICT (workspace_id, account_id, provider_id)
            DO UPDATE SET role = excluded.role, granted_at = now() WHERE g.role <> excluded.role
            RETURNING g.account_id, g.workspace_id, g.role
            """, Change.init(row:))
        let changes =
            gone.map { $0.event("grant.remove", provider, actor) }
            + given.map { $0.event("grant.set", provider, actor) }
        try await tell(events + changes, transaction)
    }

    private struct Rule {
        let group: UUID
        let place: UUID
        let role: Role
    }

    /// A rule means a group by its name or by its external id: claims tell the one or the other.
    private static func rules(of provider: Provider, _ transaction: Transaction) async throws -> [Rule] {
        let groups = try await transaction.rows(
            "SELECT account_id, name, external_id FROM auth.provisioned_groups WHERE provider_id = \(provider.id.uuid)"
        ) { row in (id: try row.read(UUID.self), names: [try row.read(String.self), try row.read(String.self)]) }
        return groups.flatMap { group in
            provider.roles(for: Set(group.names.filter { !$0.isEmpty })).map {
                Rule(group: group.id, place: $0.scope.workspaceKey, role: $0.role)
            }
        }
    }

    private struct Change {
        let account: UUID
        let workspace: UUID
        let role: String

        init(row: inout Row) throws {
            (account, workspace, role) = (try row.read(), try row.read(), try row.read())
        }

        func event(_ action: String, _ provider: Provider, _ actor: AuditEvent.Actor) -> AuditEvent {
            AuditEvent(
                actor, action, in: workspace == .none ? nil : ID(workspace), on: account.uuidString.lowercased(),
                detail: ["role": role, "by": "group", "provider": provider.label, "provider_id": provider.id.text])
        }
    }
}
