import Foundation
import Model
import Postgres

/// Where the roles and denials of an account come from.
struct ExplanationStore: Sendable {
    let database: Database

    func held(by account: ID<Account>) async throws -> [Explanation.Held] {
        try await database.rows(
            """
            SELECT g.workspace_id, g.project_id, g.role, coalesce(array_to_string(r.actions, ','), ''),
                   coalesce(r.name, ''),
                   CASE WHEN a.kind = 'group' THEN 'the group ' || a.name ELSE 'the provider ' || p.label END
              FROM auth.held_roles g JOIN auth.accounts a ON a.id = g.account_id
              LEFT JOIN auth.providers p ON p.id = g.provider_id
              LEFT JOIN auth.roles r ON r.workspace_id = g.workspace_id AND r.id = g.custom_role
             WHERE g.account_id = ANY (\(GroupStore.selves(of: account)))
             ORDER BY g.workspace_id, g.project_id, a.kind DESC, a.name_key
            """, for: .none
        ) { row -> Explanation.Held? in
            let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
            let (role, actions): (String, String) = (try row.read(), try row.read())
            let (name, through): (String, String?) = (try row.read(), try row.read())
            return PrincipalStore.grant(role, customActions: actions, on: scope).map { grant in
                Explanation.Held(grant: grant, customName: name, through: through)
            }
        }.compactMap { $0 }
    }

    func denied(to account: ID<Account>) async throws -> [Explanation.Denied] {
        try await database.rows(
            """
            SELECT d.workspace_id, d.project_id, d.actions, CASE WHEN a.kind = 'group' THEN a.name END, d.reason
              FROM auth.denials d JOIN auth.accounts a ON a.id = d.account_id
             WHERE d.account_id = ANY (\(GroupStore.selves(of: account))) ORDER BY d.workspace_id, d.project_id
            """, for: .none
        ) { row in
            let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
            let actions: [String] = try row.read()
            return Explanation.Denied(
                denial: Denial(Set(actions.compactMap(Action.init(rawValue:))), on: scope), group: try row.read(),
                reason: try row.read())
        }
    }
}
