import Foundation
import Model
import Postgres

/// What statements that prove somebody join to their own: the account `a` and all its grants.
enum PrincipalStore {
    static let columns: SQL = """
        a.id, a.kind, a.name,
        ARRAY(SELECT g.workspace_id FROM auth.held_roles g WHERE g.account_id = a.id
               ORDER BY g.workspace_id, g.project_id, g.role),
        ARRAY(SELECT g.project_id FROM auth.held_roles g WHERE g.account_id = a.id
               ORDER BY g.workspace_id, g.project_id, g.role),
        ARRAY(SELECT g.role FROM auth.held_roles g WHERE g.account_id = a.id
               ORDER BY g.workspace_id, g.project_id, g.role)
        """

    static func decode(_ row: inout Row) throws -> Principal {
        let id: UUID = try row.read()
        let (kind, name): (String, String) = (try row.read(), try row.read())
        let (workspaces, projects): ([UUID], [UUID]) = (try row.read(), try row.read())
        let roles: [String] = try row.read()
        let grants = zip(zip(workspaces, projects), roles).compactMap { scope, role in
            Role(rawValue: role).map { Grant($0, on: Scope(workspaceKey: scope.0, projectKey: scope.1)) }
        }
        return Principal(id: ID(id), kind: Access.Kind(rawValue: kind) ?? .guest, name: name, grants: grants)
    }
}
