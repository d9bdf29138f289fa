import Foundation
import Model
import Postgres

/// What statements that prove somebody join to their own: the account `a`, all that it and its groups were granted,
/// where it has entered for a while, and what is denied to them.
enum PrincipalStore {
    static let columns: SQL = """
        a.id, a.kind, a.name,
        ARRAY(SELECT g.workspace_id \(held)), ARRAY(SELECT g.project_id \(held)), ARRAY(SELECT g.role \(held)),
        ARRAY(SELECT coalesce(array_to_string(r.actions, ','), '') \(held)),
        ARRAY(SELECT e.workspace_id \(entered)), ARRAY(SELECT e.role \(entered)), ARRAY(SELECT e.ends_at \(entered)),
        ARRAY(SELECT d.workspace_id \(denied)), ARRAY(SELECT d.project_id \(denied)),
        ARRAY(SELECT array_to_string(d.actions, ',') \(denied))
        """

    /// The account and its groups.
    static let selves: SQL =
        "ARRAY(SELECT a.id UNION ALL SELECT m.group_id FROM auth.group_members m WHERE m.account_id = a.id)"

    private static let held: SQL = """
        FROM auth.held_roles g LEFT JOIN auth.roles r ON r.workspace_id = g.workspace_id AND r.id = g.custom_role
        WHERE g.account_id = ANY (\(selves)) ORDER BY g.workspace_id, g.project_id, g.role, g.account_id
        """
    private static let entered: SQL = "FROM auth.open_entries e WHERE e.account_id = a.id ORDER BY e.workspace_id"
    private static let denied: SQL = """
        FROM auth.denials d
        WHERE d.account_id = ANY (\(selves)) ORDER BY d.workspace_id, d.project_id, d.account_id
        """

    static func decode(_ row: inout Row) throws -> Principal {
        let id: UUID = try row.read()
        let (kind, name): (String, String) = (try row.read(), try row.read())
        let scopes = try scopes(&row)
        let (roles, customs): ([String], [String]) = (try row.read(), try row.read())
        let grants = zip(scopes, zip(roles, customs)).compactMap { scope, held in
            grant(held.0, customActions: held.1, on: scope)
        }
        let entries = try entries(&row)
        let denials = zip(try Self.scopes(&row), try row.read([String].self)).map { scope, actions in
            Denial(Self.actions(actions), on: scope)
        }
        return Principal(
            id: ID(id), kind: Access.Kind(rawValue: kind) ?? .guest, name: name, grants: grants + entries,
            denials: denials)
    }

    private static func entries(_ row: inout Row) throws -> [Grant] {
        let (workspaces, roles): ([UUID], [String]) = (try row.read(), try row.read())
        return zip(workspaces, zip(roles, try row.read([Date].self))).compactMap { workspace, held in
            Role(rawValue: held.0).map { Grant($0, on: .workspace(ID(workspace)), until: held.1) }
        }
    }

    /// `nil` for a role of a newer release.
    static func grant(_ role: String, customActions: String, on scope: Scope) -> Grant? {
        guard let role = Role(rawValue: role) else { return nil }
        return role == .custom ? Grant(custom: actions(customActions), on: scope) : Grant(role, on: scope)
    }

    /// An action of a newer release is none that anybody here could ask for.
    private static func actions(_ names: String) -> Set<Action> {
        Set(names.split(separator: ",").compactMap { Action(rawValue: String($0)) })
    }

    private static func scopes(_ row: inout Row) throws -> [Scope] {
        let (workspaces, projects): ([UUID], [UUID]) = (try row.read(), try row.read())
        return zip(workspaces, projects).map(Scope.init(workspaceKey:projectKey:))
    }
}
