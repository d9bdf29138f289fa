import Foundation
import Model

/// What is done with projects.
struct Projects: Sendable {
    let store: ProjectStore
    let workspaces: Workspaces
    let audit: AuditQueue

    static let unknown = Failure(
        .notFound, "There is no such project, or you or your key may not see it.", reason: "project_unknown")

    func create(
        _ title: Title, description: String, in workspace: ID<Workspace>, as access: Access
    ) async throws -> ProjectRow {
        try ProjectRow.check(description: description)
        let permit = try access.require(.createProject, on: .workspace(workspace))
        guard let made = try await store.insert(title, description: description, in: workspace, by: permit) else {
            guard try await store.find(key: title.key, in: workspace) != nil else { throw Workspaces.unknown }
            throw Failure(.conflict, "There is a project called \"\(title.text)\" already.", reason: "project_exists")
        }
        audit.wake()
        return made
    }

    enum Missing: Sendable { case fail, create }

    /// The project of that name, created when missing by whoever may log to its workspace or create projects there.
    /// However many ask at once, there is one row and all get it.
    func resolve(
        _ title: Title, in which: Workspaces.Which, ifMissing: Missing, as access: Access
    ) async throws -> (project: ProjectRow, created: Bool) {
        let workspace = try await workspaces.get(which, as: access)
        let reach = Reach(access: access)
        for _ in 0..<Projects.attemptsMax {
            if let found = try await store.find(key: title.key, in: workspace.id) {
                if reach.knows(found.id, in: workspace.id) { return (found, false) }
                throw Projects.unknown
            }
            guard ifMissing == .create else { throw Projects.unknown }
            let permit = try creationPermit(in: workspace.id, as: access)
            if let made = try await store.insert(title, description: "", in: workspace.id, by: permit) {
                audit.wake()
                return (made, true)
            }
        }
        throw Failure(.unavailable, "The project is being created and deleted at once; try again.")
    }

    /// A row that is in the way when inserting is there when searching, unless it was deleted in between.
    private static let attemptsMax = 3

    /// Who may not even see the workspace hears what they hear of a project that is there and not theirs.
    private func creationPermit(in workspace: ID<Workspace>, as access: Access) throws(Failure) -> Permit {
        let scope = Scope.workspace(workspace)
        do {
            return try access.require(access.allows(.log, on: scope) ? .log : .createProject, on: scope)
        } catch {
            throw error.code == .notFound ? Projects.unknown : error
        }
    }

    func get(_ id: ID<Project>, as access: Access) async throws -> ProjectRow {
        let reach = Reach(access: access)
        let found = try await store.find(id, in: reach.workspaces)
        if let found { try reach.requireOpen(found.scope) }
        guard let found, reach.knows(found.id, in: found.workspace) else { throw Projects.unknown }
        return found
    }

    func get(named name: String, in workspace: ID<Workspace>, as access: Access) async throws -> ProjectRow {
        let reach = Reach(access: access)
        guard reach.workspaces.contains(workspace) else { throw Projects.unknown }
        try reach.requireOpen(.workspace(workspace))
        let found = try await store.find(key: Title.key(of: name), in: workspace)
        guard let found, reach.knows(found.id, in: found.workspace) else { throw Projects.unknown }
        return found
    }

    func list(in workspace: ID<Workspace>, as access: Access) async throws -> [ProjectRow] {
        let reach = Reach(access: access)
        guard reach.workspaces.contains(workspace) else { throw Workspaces.unknown }
        try reach.requireOpen(.workspace(workspace))
        let visible = try await store.list(in: workspace).filter { reach.knows($0.id, in: workspace) }
        guard !visible.isEmpty || reach.knows(workspace) else { throw Workspaces.unknown }
        return visible
    }

    /// A name is the workspace's matter and needs `.administer`; for a description `.edit` will do.
    func update(_ id: ID<Project>, _ change: ProjectRow.Change, as access: Access) async throws -> ProjectRow {
        let old = try await get(id, as: access)
        let permit = try access.require(change.title == nil ? .edit : .administer, on: old.scope)
        switch try await store.update(id, change, in: old.workspace, by: permit) {
        case .done(let row):
            audit.wake()
            return row
        case .unknown: throw Projects.unknown
        case .nameTaken:
            throw Failure(.conflict, "Another project of the workspace has this name.", reason: "project_exists")
        }
    }

    /// Forgets the row. Whoever calls has deleted or moved the experiments before; what a crash leaves behind
    /// the sweepers of tracking and artifact remove.
    func delete(_ id: ID<Project>, as access: Access) async throws {
        let old = try await get(id, as: access)
        let permit = try access.require(.administer, on: old.scope)
        guard try await store.delete(id, in: old.workspace, by: permit) else { throw Projects.unknown }
        audit.wake()
    }

    func notes(of id: ID<Project>, as access: Access) async throws -> String {
        let project = try await get(id, as: access)
        _ = try access.require(.read, on: project.scope)
        guard let notes = try await store.notes(of: id, in: project.workspace) else { throw Projects.unknown }
        return notes
    }

    func setNotes(_ notes: String, of id: ID<Project>, as access: Access) async throws {
        try ProjectRow.check(notes: notes)
        let project = try await get(id, as: access)
        _ = try access.require(.comment, on: project.scope)
        guard try await store.setNotes(notes, of: id, in: project.workspace) else { throw Projects.unknown }
    }
}
