import Foundation
import Model

/// What is done with workspaces.
struct Workspaces: Sendable {
    let store: WorkspaceStore
    let audit: AuditQueue

    /// Who asks for a workspace owns it: `claim` tells auth so, before there is a row. A crash in between leaves
    /// a right on an id that nothing has. Twice with the same id and name is once.
    func create(
        _ title: Title, id: ID<Workspace>, as access: Access,
        claim: (ID<Workspace>) async throws -> Void, disclaim: (ID<Workspace>) async -> Void
    ) async throws -> WorkspaceRow {
        let permit = try access.require(.createWorkspace, on: .instance)
        let alreadyOwner = access.grants.contains(Grant(.owner, on: .workspace(id)))
        if !alreadyOwner { try await claim(id) }
        switch try await store.insert(title, id: id, by: permit) {
        case .made(let row):
            audit.wake()
            return row
        case .nameTaken:
            if let mine = try await sameAgain(title, id: id, as: access) { return mine }
            if !alreadyOwner { await disclaim(id) }
            throw Failure(
                .conflict, "There is a workspace called \"\(title.text)\" already.", reason: "workspace_exists")
        case .idTaken:
            if let mine = try await sameAgain(title, id: id, as: access) { return mine }
            throw Failure(.conflict, "There is a workspace with this id already.", reason: "workspace_exists")
        }
    }

    private func sameAgain(_ title: Title, id: ID<Workspace>, as access: Access) async throws -> WorkspaceRow? {
        try await store.find(key: title.key, in: [id], for: access.principal)
    }

    func list(as access: Access) async throws -> [WorkspaceRow] {
        let visible = try await visible(to: access)
        return visible.isEmpty ? [] : try await store.list(visible, for: access.principal)
    }

    /// The one workspace a caller means: by id, by name, or, with neither, their default.
    enum Which: Sendable { case id(ID<Workspace>), named(String), ownDefault }

    func find(_ which: Which, as access: Access) async throws -> WorkspaceRow? {
        let visible = try await visible(to: access)
        guard !visible.isEmpty else { return nil }
        switch which {
        case .id(let id):
            guard visible.contains(id) else { return nil }
            return try await store.list([id], for: access.principal).first
        case .named(let name): return try await store.find(key: Title.key(of: name), in: visible, for: access.principal)
        case .ownDefault: return try await store.findDefault(of: visible, for: access.principal)
        }
    }

    func get(_ which: Which, as access: Access) async throws -> WorkspaceRow {
        if let found = try await find(which, as: access) { return found }
        if try await isShut(which, to: access) { throw Assurance.factorRequired }
        throw Workspaces.unknown
    }

    /// One of the caller's own, which asks for a second factor that they do not have.
    private func isShut(_ which: Which, to access: Access) async throws -> Bool {
        let shut = access.shutWorkspaces
        guard !shut.isEmpty else { return false }
        return switch which {
        case .id(let id): shut.contains(id)
        case .named(let name):
            try await store.find(key: Title.key(of: name), in: shut, for: access.principal) != nil
        case .ownDefault: true
        }
    }

    /// Any workspace, by its exact name: for an administrator of the instance who is about to enter it. That a name is
    /// taken everybody can find out; its id opens nothing.
    func locate(_ name: String, as access: Access) async throws -> WorkspaceRow {
        try access.requireRecentProof()
        let permit = try access.require(.administerInstance, on: .instance)
        guard !name.utf8.contains(0), let found = try await store.locate(permit, key: Title.key(of: name)) else {
            throw Workspaces.unknown
        }
        return found
    }

    func setDefault(_ id: ID<Workspace>, as access: Access) async throws {
        let permit = try access.require(.read, on: .workspace(id))
        guard try await store.setDefault(permit, id) else { throw Workspaces.unknown }
    }

    static let unknown = Failure(
        .notFound, "There is no such workspace, or you may not see it.", reason: "workspace_unknown")

    /// Workspaces seen as a whole, and those with a project that the caller sees.
    private func visible(to access: Access) async throws -> [ID<Workspace>] {
        let reach = Reach(access: access)
        let all = reach.workspaces
        let whole = all.filter(reach.knows)
        let named = reach.namedProjects
        guard whole.count < all.count, !named.isEmpty else { return whole }
        let homes = try await store.homes(of: named, in: all).filter { reach.knows($0.1, in: $0.0) }.map(\.0)
        return Array(Set(whole).union(homes))
    }
}
