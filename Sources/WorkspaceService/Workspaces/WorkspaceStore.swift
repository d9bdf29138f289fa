import Foundation
import Model
import Postgres

/// Every statement about workspaces. All of them see only the workspaces in `reach`.
struct WorkspaceStore: Sendable {
    let database: Database

    enum Insertion: Equatable { case made(WorkspaceRow), nameTaken, idTaken }

    /// Row and audit entry in one statement. The unique name spans tenants, so that the violation
    /// may come from a row which nobody here can see.
    func insert(_ title: Title, id: ID<Workspace>, by permit: Permit) async throws -> Insertion {
        do {
            let made = try await database.first(
                """
                WITH made AS (
                    INSERT INTO workspace.workspaces (workspace_id, name, name_key, created_by)
                    VALUES (\(id.uuid), \(title.text), \(title.key), \(permit.principal.uuid))
                    ON CONFLICT (workspace_id) DO NOTHING
                    RETURNING workspace_id, name, created_at
                ), told AS (
                    \(AuditStore.append("workspace.create", by: permit, forEachOf: "made"))
                )
                SELECT workspace_id, name, created_at, false FROM made
                """, for: .these([id.uuid]), WorkspaceRow.init(row:))
            guard let made else { return .idTaken }
            return .made(made)
        } catch let error as PostgresError where error.constraint == "workspaces_name_key" {
            return .nameTaken
        }
    }

    func list(_ ids: [ID<Workspace>], for account: ID<Account>) async throws -> [WorkspaceRow] {
        try await database.rows(
            """
            SELECT \(WorkspaceRow.columns) FROM workspace.workspaces w
              LEFT JOIN workspace.preferences p ON p.account_id = \(account.uuid)
             WHERE w.workspace_id = ANY (\(ids.map(\.uuid))) ORDER BY w.name_key
            """, for: .these(ids.map(\.uuid)), WorkspaceRow.init(row:))
    }

    func find(key: String, in ids: [ID<Workspace>], for account: ID<Account>) async throws -> WorkspaceRow? {
        try await database.first(
            """
            SELECT \(WorkspaceRow.columns) FROM workspace.workspaces w
              LEFT JOIN workspace.preferences p ON p.account_id = \(account.uuid)
             WHERE w.workspace_id = ANY (\(ids.map(\.uuid))) AND w.name_key = \(key)
            """, for: .these(ids.map(\.uuid)), WorkspaceRow.init(row:))
    }

    /// Through the table of addresses, which is not behind the wall; then it is looked at as any other.
    func locate(_ permit: Permit, key: String) async throws -> WorkspaceRow? {
        let id = try await database.first(
            "SELECT workspace_id FROM workspace.addresses WHERE name_digest = sha256(convert_to(\(key), 'UTF8'))",
            for: .none
        ) { row in ID<Workspace>(try row.read()) }
        guard let id else { return nil }
        return try await find(key: key, in: [id], for: permit.principal)
    }

    /// The preferred one if the caller still sees it, else the one that was made first.
    func findDefault(of ids: [ID<Workspace>], for account: ID<Account>) async throws -> WorkspaceRow? {
        try await database.first(
            """
            SELECT \(WorkspaceRow.columns) FROM workspace.workspaces w
              LEFT JOIN workspace.preferences p ON p.account_id = \(account.uuid)
             WHERE w.workspace_id = ANY (\(ids.map(\.uuid)))
             ORDER BY (p.default_workspace_id IS NOT DISTINCT FROM w.workspace_id) DESC, w.created_at, w.workspace_id
             LIMIT 1
            """, for: .these(ids.map(\.uuid)), WorkspaceRow.init(row:))
    }

    /// False when there is no such workspace.
    func setDefault(_ permit: Permit, _ id: ID<Workspace>) async throws -> Bool {
        try await database.run(
            """
            INSERT INTO workspace.preferences (account_id, default_workspace_id)
            SELECT \(permit.principal.uuid), workspace_id FROM workspace.workspaces WHERE workspace_id = \(id.uuid)
            ON CONFLICT (account_id) DO UPDATE SET default_workspace_id = EXCLUDED.default_workspace_id
            """, for: .these([id.uuid])) == 1
    }

    /// In which workspaces the projects lie that are named one by one.
    func homes(of projects: [ID<Project>], in ids: [ID<Workspace>]) async throws -> [(ID<Workspace>, ID<Project>)] {
        try await database.rows(
            """
            SELECT workspace_id, project_id FROM workspace.projects
             WHERE workspace_id = ANY (\(ids.map(\.uuid))) AND project_id = ANY (\(projects.map(\.uuid)))
            """, for: .these(ids.map(\.uuid))
        ) { row in (ID(try row.read()), ID(try row.read())) }
    }
}

extension WorkspaceRow {
    fileprivate static let columns: SQL = """
        w.workspace_id, w.name, w.created_at, p.default_workspace_id IS NOT DISTINCT FROM w.workspace_id
        """

    fileprivate init(row: inout Row) throws {
        self.init(
            id: ID(try row.read()), name: try row.read(), createdAt: try row.read(), isDefault: try row.read())
    }
}
