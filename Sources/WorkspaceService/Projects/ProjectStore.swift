import Foundation
import Model
import Postgres

/// Every statement about projects.
struct ProjectStore: Sendable {
    let database: Database

    /// `nil` when the workspace has a project of that name, or is none. Sixteen at once make one row.
    func insert(
        _ title: Title, description: String, in workspace: ID<Workspace>, by permit: Permit
    ) async throws -> ProjectRow? {
        try await database.first(
            """
            WITH made AS (
                INSERT INTO workspace.projects
                       (workspace_id, project_id, name, name_key, description, owner_id, owner_name)
                SELECT workspace_id, \(UUID.version7()), \(title.text), \(title.key), \(description),
                       \(permit.principal.uuid), \(permit.name)
                  FROM workspace.workspaces WHERE workspace_id = \(workspace.uuid)
                ON CONFLICT (workspace_id, name_key) DO NOTHING
                RETURNING workspace_id, project_id, name, description, owner_name, created_at, updated_at
            ), told AS (
                \(AuditStore.append("project.create", by: permit, forEachOf: "made"))
            )
            SELECT \(ProjectRow.columns)
              FROM made p JOIN workspace.workspaces w USING (workspace_id)
            """, for: .these([workspace.uuid]), ProjectRow.init(row:))
    }

    func find(key: String, in workspace: ID<Workspace>) async throws -> ProjectRow? {
        try await database.first(
            """
            SELECT \(ProjectRow.columns) FROM workspace.projects p JOIN workspace.workspaces w USING (workspace_id)
             WHERE p.workspace_id = \(workspace.uuid) AND p.name_key = \(key)
            """, for: .these([workspace.uuid]), ProjectRow.init(row:))
    }

    func find(_ id: ID<Project>, in workspaces: [ID<Workspace>]) async throws -> ProjectRow? {
        try await database.first(
            """
            SELECT \(ProjectRow.columns) FROM workspace.projects p JOIN workspace.workspaces w USING (workspace_id)
             WHERE p.workspace_id = ANY (\(workspaces.map(\.uuid))) AND p.project_id = \(id.uuid)
            """, for: .these(workspaces.map(\.uuid)), ProjectRow.init(row:))
    }

    func list(in workspace: ID<Workspace>) async throws -> [ProjectRow] {
        try await database.rows(
            """
            SELECT \(ProjectRow.columns) FROM workspace.projects p JOIN workspace.workspaces w USING (workspace_id)
             WHERE p.workspace_id = \(workspace.uuid) ORDER BY p.name_key
            """, for: .these([workspace.uuid]), ProjectRow.init(row:))
    }

    enum Update: Equatable { case done(ProjectRow), nameTaken, unknown }

    func update(_ id: ID<Project>, _ change: ProjectRow.Change, in workspace: ID<Workspace>, by permit: Permit)
        async throws -> Update
    {
        do {
            let changed = try await database.first(
                """
                WITH changed AS (
                    UPDATE workspace.projects
                       SET name = COALESCE(\(change.title?.text as String?), name),
                           name_key = COALESCE(\(change.title?.key as String?), name_key),
                           description = COALESCE(\(change.description as String?), description), updated_at = now()
                     WHERE workspace_id = \(workspace.uuid) AND project_id = \(id.uuid)
                    RETURNING workspace_id, project_id, name, description, owner_name, created_at, updated_at
                ), told AS (
                    \(AuditStore.append("project.update", by: permit, forEachOf: "changed"))
                )
                SELECT \(ProjectRow.columns)
                  FROM changed p JOIN workspace.workspaces w USING (workspace_id)
                """, for: .these([workspace.uuid]), ProjectRow.init(row:))
            return changed.map(Update.done) ?? .unknown
        } catch let error as PostgresError where error.constraint == "projects_name_key" {
            return .nameTaken
        }
    }

    /// False when there is no such project.
    func delete(_ id: ID<Project>, in workspace: ID<Workspace>, by permit: Permit) async throws -> Bool {
        try await database.run(
            """
            WITH gone AS (
                DELETE FROM workspace.projects
                 WHERE workspace_id = \(workspace.uuid) AND project_id = \(id.uuid)
                RETURNING workspace_id, name
            )
            \(AuditStore.append("project.delete", by: permit, forEachOf: "gone"))
            """, for: .these([workspace.uuid])) == 1
    }

    func notes(of id: ID<Project>, in workspace: ID<Workspace>) async throws -> String? {
        try await database.first(
            """
            SELECT notes FROM workspace.projects
             WHERE workspace_id = \(workspace.uuid) AND project_id = \(id.uuid)
            """, for: .these([workspace.uuid])
        ) { row in try row.read(String.self) }
    }

    func setNotes(_ notes: String, of id: ID<Project>, in workspace: ID<Workspace>) async throws -> Bool {
        try await database.run(
            """
            UPDATE workspace.projects SET notes = \(notes), updated_at = now()
             WHERE workspace_id = \(workspace.uuid) AND project_id = \(id.uuid)
            """, for: .these([workspace.uuid])) == 1
    }
}

extension ProjectRow {
    fileprivate static let columns: SQL = """
        p.project_id, p.workspace_id, w.name, p.name, p.description, p.owner_name, p.created_at, p.updated_at
        """

    fileprivate init(row: inout Row) throws {
        self.init(
            id: ID(try row.read()), workspace: ID(try row.read()), workspaceName: try row.read(),
            name: try row.read(), description: try row.read(), ownerName: try row.read(),
            createdAt: try row.read(), updatedAt: try row.read())
    }
}
