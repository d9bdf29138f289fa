import Foundation
import Model
import Postgres

/// What is denied to somebody in a workspace.
struct DenialEntry: Sendable {
    let account: ID<Account>
    let name: String
    let kind: Access.Kind
    let denial: Denial
    /// As whoever denied it wrote it; may be empty.
    let reason: String
    /// Empty when that account is gone.
    let deniedBy: String
    let deniedAt: Date
}

struct DenialStore: Sendable {
    let database: Database

    /// Throws `.notFound` unless the account has a role in the workspace, which to lift a denial it need not have any
    /// more; `.forbidden` if it is an owner's and the actor is none, by what the database says under the workspace's
    /// lock.
    func set(
        _ denial: Denial, reason: String, to account: ID<Account>, in workspace: ID<Workspace>, by actor: ID<Account>,
        telling event: AuditEvent
    ) async throws {
        let (place, project) = (workspace.uuid, denial.scope.projectKey)
        try await database.transaction(for: event.tenants) { transaction in
            _ = try await transaction.rows("SELECT auth.lock('owners', \(place)) IS NULL") { _ in }
            let roles = try await transaction.first(
                """
                SELECT ARRAY(SELECT role FROM auth.held_roles
                              WHERE workspace_id = \(place) AND account_id = ANY (\(GroupStore.selves(of: account)))),
                       ARRAY(SELECT role FROM auth.held_roles
                              WHERE workspace_id = \(place) AND account_id = ANY (\(GroupStore.selves(of: actor))))
                """
            ) { row in (try row.read([String].self), try row.read([String].self)) }
            guard let roles, !roles.0.isEmpty || denial.actions.isEmpty else {
                throw Failure(.notFound, "This account has no role here.", reason: "account_unknown")
            }
            guard !roles.0.contains("owner") || roles.1.contains("owner") else {
                throw Failure(.forbidden, "Only an owner denies something to an owner.", reason: "role_above_own")
            }
            let change: SQL =
                denial.actions.isEmpty
                ? """
                DELETE FROM auth.denials
                 WHERE workspace_id = \(place) AND project_id = \(project) AND account_id = \(account.uuid)
                """
                : """
                INSERT INTO auth.denials (workspace_id, project_id, account_id, actions, reason, denied_by)
                VALUES (\(place), \(project), \(account.uuid), \(denial.actions.map(\.rawValue).sorted()), \(reason),
                        \(actor.uuid))
                ON CONFLICT (workspace_id, project_id, account_id)
                DO UPDATE SET actions = excluded.actions, reason = excluded.reason, denied_by = excluded.denied_by,
                       denied_at = now()
                """
            guard try await transaction.run(change) > 0 else { return }
            try await transaction.run(AuditStore.append(event))
        }
    }

    func list(in workspace: ID<Workspace>) async throws -> [DenialEntry] {
        try await database.rows(
            """
            SELECT a.id, a.name, a.kind, d.workspace_id, d.project_id, d.actions, d.reason, coalesce(b.name, ''),
                   d.denied_at
              FROM auth.denials d JOIN auth.accounts a ON a.id = d.account_id
              LEFT JOIN auth.accounts b ON b.id = d.denied_by
             WHERE d.workspace_id = \(workspace.uuid) ORDER BY a.name_key, d.project_id LIMIT 10000
            """, for: .none
        ) { row in
            let (account, name, kind): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
            let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
            let actions: [String] = try row.read()
            return DenialEntry(
                account: ID(account), name: name, kind: Access.Kind(rawValue: kind) ?? .guest,
                denial: Denial(Set(actions.compactMap(Action.init(rawValue:))), on: scope), reason: try row.read(),
                deniedBy: try row.read(), deniedAt: try row.read())
        }
    }
}
