import Foundation
import Model
import Postgres

struct GrantStore: Sendable {
    let database: Database

    /// Puts `grant` in the place of what `account` held there. `check` sees the situation as it is under the lock.
    func set(
        _ grant: Grant, custom: ID<CustomRole>? = nil, to account: ID<Account>, by actor: ID<Account>,
        telling event: AuditEvent, check: @Sendable (GrantSituation) throws(Failure) -> Void
    ) async throws {
        do {
            try await changing(grant.scope, of: account, by: actor, telling: event, check: check) { transaction in
                try await transaction.run(Self.upsert(grant, custom: custom, to: account, by: actor))
            }
        } catch let error as PostgresError where error.constraint == "grants_custom_role_fkey" {
            throw Failure(.notFound, "This workspace has no such role.", reason: "role_unknown")
        }
    }

    /// Takes what `account` holds there; of a whole workspace, its projects too.
    func remove(
        _ scope: Scope, from account: ID<Account>, by actor: ID<Account>, telling event: AuditEvent,
        check: @Sendable (GrantSituation) throws(Failure) -> Void
    ) async throws {
        try await changing(scope, of: account, by: actor, telling: event, check: check) { transaction in
            try await transaction.run(
                """
                DELETE FROM auth.grants
                 WHERE workspace_id = \(scope.workspaceKey) AND account_id = \(account.uuid)
                   AND (\(scope.projectKey) = \(UUID.none) OR project_id = \(scope.projectKey))
                """)
        }
    }

    static func upsert(
        _ grant: Grant, custom: ID<CustomRole>? = nil, to account: ID<Account>, by actor: ID<Account>
    ) -> SQL {
        """
        INSERT INTO auth.grants (workspace_id, project_id, account_id, role, custom_role, granted_by)
        VALUES (\(grant.scope.workspaceKey), \(grant.scope.projectKey), \(account.uuid), \(grant.role.rawValue),
                \(custom?.uuid), \(actor.uuid))
        ON CONFLICT (workspace_id, project_id, account_id)
        DO UPDATE SET role = excluded.role, custom_role = excluded.custom_role, granted_by = excluded.granted_by,
               granted_at = now()
         WHERE (auth.grants.role, auth.grants.custom_role) IS DISTINCT FROM (excluded.role, excluded.custom_role)
        """
    }

    /// By name, those of the whole workspace before those of its projects; at most ten thousand.
    func list(in scope: Scope) async throws -> [Membership] {
        try await database.rows(
            """
            SELECT a.id, a.name, a.email, a.kind, g.workspace_id, g.project_id, g.role,
                   coalesce(array_to_string(r.actions, ','), ''), coalesce(r.name, ''), g.custom_role, g.granted_at,
                   p.label
              FROM auth.held_roles g JOIN auth.accounts a ON a.id = g.account_id
              LEFT JOIN auth.roles r ON r.workspace_id = g.workspace_id AND r.id = g.custom_role
              LEFT JOIN auth.providers p ON p.id = g.provider_id
             WHERE g.workspace_id = \(scope.workspaceKey)
             ORDER BY a.name_key, g.project_id, p.label NULLS FIRST LIMIT 10000
            """, for: .none, Membership.init(row:)
        ).compactMap { $0 }
    }

    private func changing(
        _ scope: Scope, of account: ID<Account>, by actor: ID<Account>, telling event: AuditEvent,
        check: @Sendable (GrantSituation) throws(Failure) -> Void,
        _ change: @Sendable (Transaction) async throws -> Int
    ) async throws {
        do {
            try await database.transaction(for: event.tenants) { transaction in
                _ = try await transaction.rows("SELECT auth.lock('owners', \(scope.workspaceKey)) IS NULL") { _ in }
                try check(try await situation(of: account, in: scope, for: actor, transaction))
                guard try await change(transaction) > 0 else { return }
                try await transaction.run(AuditStore.append(event))
            }
        } catch let error as PostgresError where error.constraint == "grants_last_owner" {
            throw Failure(
                .conflict, "The last owner cannot be taken away. Make somebody else one first.", reason: "last_owner")
        }
    }

    private func situation(
        of account: ID<Account>, in scope: Scope, for actor: ID<Account>, _ transaction: Transaction
    ) async throws -> GrantSituation {
        let (workspace, project) = (scope.workspaceKey, scope.projectKey)
        let found = try await transaction.first(
            """
            SELECT ARRAY(SELECT role FROM auth.held_roles
                          WHERE workspace_id = \(workspace) AND account_id = ANY (\(GroupStore.selves(of: actor)))
                            AND project_id IN (\(UUID.none), \(project))),
                   ARRAY(SELECT role FROM auth.grants
                          WHERE workspace_id = \(workspace) AND account_id = \(account.uuid)
                            AND (\(project) = \(UUID.none) OR project_id = \(project))),
                   (SELECT kind FROM auth.accounts
                     WHERE id = \(account.uuid) AND home_id IN (\(UUID.none), \(workspace))),
                   EXISTS (SELECT FROM auth.grants WHERE workspace_id = \(workspace))
            """
        ) { row in
            let (mine, theirs): ([String], [String]) = (try row.read(), try row.read())
            return GrantSituation(
                actorRole: Self.highest(mine), presentRole: Self.highest(theirs),
                kind: try row.read(String?.self).flatMap(Access.Kind.init(rawValue:)),
                workspaceHasGrants: try row.read())
        }
        guard let found else { throw Failure(.bug, "Members could not be read.", detail: "no row of a SELECT") }
        return found
    }

    private static func highest(_ roles: [String]) -> Role? {
        roles.compactMap(Role.init(rawValue:)).max { $0.rank < $1.rank }
    }
}
