import Foundation
import Model
import Postgres

/// A named set of actions of one workspace.
struct CustomRoleEntry: Sendable, Equatable {
    let id: ID<CustomRole>
    let name: String
    let actions: Set<Action>
    let holders: Int64
}

struct CustomRoleStore: Sendable {
    static let countMax = 100

    let database: Database

    /// Makes a role, or changes the one of that id; whoever holds it has its new actions from then on. Answers whether
    /// it was done: not if there is none of that id, or `countMax` already.
    func save(
        _ id: ID<CustomRole>, isNew: Bool, name: String, actions: Set<Action>, in workspace: ID<Workspace>,
        telling event: AuditEvent
    ) async throws -> Bool {
        let (key, names) = (name.accountKey, actions.map(\.rawValue).sorted())
        let change: SQL =
            isNew
            ? """
            INSERT INTO auth.roles (workspace_id, id, name, name_key, actions)
            SELECT \(workspace.uuid), \(id.uuid), \(name), \(key), \(names)
             WHERE \(Int64(Self.countMax)) > (SELECT count(*) FROM auth.roles WHERE workspace_id = \(workspace.uuid))
            RETURNING id
            """
            : """
            UPDATE auth.roles SET name = \(name), name_key = \(key), actions = \(names)
             WHERE workspace_id = \(workspace.uuid) AND id = \(id.uuid) RETURNING id
            """
        do {
            return try await database.run(
                "WITH saved AS (\(change)) \(AuditStore.append(event, forEachOf: "saved"))", for: event.tenants) == 1
        } catch let error as PostgresError where error.constraint == "roles_name_unique" {
            throw Failure(.conflict, "This workspace has a role of that name.", reason: "role_exists")
        }
    }

    func list(in workspace: ID<Workspace>) async throws -> [CustomRoleEntry] {
        try await database.rows(
            """
            SELECT r.id, r.name, r.actions, (SELECT count(*) FROM auth.grants g
                    WHERE g.workspace_id = r.workspace_id AND g.custom_role = r.id)
              FROM auth.roles r WHERE r.workspace_id = \(workspace.uuid) ORDER BY r.name_key
            """, for: .none
        ) { row in
            let (id, name, actions): (UUID, String, [String]) = (try row.read(), try row.read(), try row.read())
            return CustomRoleEntry(
                id: ID(id), name: name, actions: Set(actions.compactMap(Action.init(rawValue:))),
                holders: try row.read())
        }
    }

    /// Answers whether there was one. Throws `.conflict` while somebody holds it.
    func delete(_ id: ID<CustomRole>, in workspace: ID<Workspace>, telling event: AuditEvent) async throws -> Bool {
        do {
            return try await database.run(
                """
                WITH gone AS (
                    DELETE FROM auth.roles WHERE workspace_id = \(workspace.uuid) AND id = \(id.uuid) RETURNING id
                )
                \(AuditStore.append(event, forEachOf: "gone"))
                """, for: event.tenants) == 1
        } catch let error as PostgresError where error.constraint == "grants_custom_role_fkey" {
            throw Failure(.conflict, "Somebody holds this role. Give them another first.", reason: "role_held")
        }
    }
}
