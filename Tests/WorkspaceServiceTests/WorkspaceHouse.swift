import Foundation
import Logging
import Model
import Postgres
import TestKit

@testable import WorkspaceService

/// The operations on a database of their own, and people with rights.
struct WorkspaceHouse: Sendable {
    let workspaces: Workspaces
    let projects: Projects
    let audit: AuditQueue
    let database: Database
    /// Sees all rows.
    let owner: Database

    static func with(_ body: (WorkspaceHouse) async throws -> Void) async throws {
        try await ScratchDatabase.with(role: .workspace) { database, owner in
            let audit = AuditQueue(store: AuditStore(database: database), logger: ScratchDatabase.logger)
            let workspaces = Workspaces(store: WorkspaceStore(database: database), audit: audit)
            let projects = Projects(store: ProjectStore(database: database), workspaces: workspaces, audit: audit)
            try await body(
                WorkspaceHouse(
                    workspaces: workspaces, projects: projects, audit: audit, database: database, owner: owner))
        }
    }

    /// Somebody with these grants beside the right to make workspaces.
    static func person(_ grants: Grant..., limits: Access.Limits = .init(), named name: String = "ada") -> Access {
        Access(
            kind: .person, principal: .fresh(), name: name,
            grants: [Grant(.instanceUser, on: .instance)] + grants, limits: limits, credential: .fresh(),
            expiresAt: Date(timeIntervalSinceNow: 60))
    }

    /// A workspace and its owner.
    func workspace(_ name: String) async throws -> (id: ID<Workspace>, owner: Access) {
        let id = ID<Workspace>.fresh()
        let owner = WorkspaceHouse.person(Grant(.owner, on: .workspace(id)))
        _ = try await make(name, id, owner)
        return (id, owner)
    }

    func make(_ name: String, _ id: ID<Workspace>, _ access: Access) async throws -> WorkspaceRow {
        try await workspaces.create(try Title.workspace(name), id: id, as: access, claim: { _ in }, disclaim: { _ in })
    }

    func resolve(
        _ name: String, in which: Workspaces.Which, ifMissing: Projects.Missing = .create, as access: Access
    ) async throws -> (project: ProjectRow, created: Bool) {
        try await projects.resolve(try Title.project(name), in: which, ifMissing: ifMissing, as: access)
    }
}

/// The code, and the reason if there is one, of the failure that `body` ends with; "ok" without.
///
/// Only as `#expect(await outcome { … } == "…")`: with one closure inside `#expect` and another outside of it, in one
/// function, Swift 6.3.1 gives both the same symbol, and one of them runs in place of the other.
func outcome(_ body: () async throws -> Void) async -> String {
    var ending: (any Error)?
    do { try await body() } catch { ending = error }
    guard let ending else { return "ok" }
    guard let failure = ending as? Failure else { return "\(ending)" }
    return failure.reason.isEmpty ? failure.code.rawValue : "\(failure.code.rawValue) \(failure.reason)"
}
