import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// Turns the names that people write into what the services take, and back.
struct Places: Sendable {
    let gateway: Gateway

    /// The id of the workspace of this name. Throws `.invalid` for an empty one.
    func workspace(_ name: String, _ call: CallContext) async throws -> Data {
        guard !name.isEmpty else {
            throw Failure(.invalid, "Say which workspace is meant.", reason: "workspace_missing")
        }
        return try await gateway.backends.workspace.find(.with { $0.name = name }, call).workspace.id
    }

    /// Empty for the instance, which an empty name stands for.
    func home(_ name: String, _ call: CallContext) async throws -> Data {
        name.isEmpty ? Data() : try await workspace(name, call)
    }

    /// The id of a project, which may be empty for the whole workspace.
    func project(_ name: String, of workspace: String, _ call: CallContext) async throws -> Data {
        guard !name.isEmpty else { return Data() }
        let request = ResolveProjectRequest.with { ($0.workspaceName, $0.projectName) = (workspace, name) }
        return try await gateway.backends.workspace.resolveProject(request, call).project.id
    }

    /// A role of the matrix or, by its name, one of the workspace's own.
    func grant(
        _ role: String, workspace: String, project: String, _ call: CallContext
    ) async throws -> GrantClaim {
        let place = try await self.workspace(workspace, call)
        let part = try await self.project(project, of: workspace, call)
        var grant = GrantClaim.with { ($0.workspaceID, $0.projectID) = (place, part) }
        if let known = Role(rawValue: role), known != .custom {
            grant.role = known.claim
            return grant
        }
        let own = try await gateway.backends.auth.listRoles(.with { $0.workspaceID = place }, call).roles
        guard let custom = own.first(where: { $0.name.lowercased() == role.lowercased() }) else {
            let names = (Role.scoped.map(\.rawValue) + own.map(\.name)).joined(separator: ", ")
            throw Failure(
                .invalid, "There is no role \"\(role.prefix(100))\" here. There are: \(names).", reason: "role_unknown")
        }
        grant.role = .roleCustom
        (grant.customID, grant.actions) = (custom.id, custom.actions)
        return grant
    }

    /// The id of a project that is written as `workspace/project`.
    func project(path: String, _ call: CallContext) async throws -> Data {
        let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw Failure(
                .invalid, "A project is written as workspace/project, not \"\(path.prefix(100))\".",
                reason: "limits_invalid")
        }
        return try await project(parts[1], of: parts[0], call)
    }

    /// `workspace/project` of each id that the caller may see.
    func projectNames(_ ids: [Data], _ call: CallContext) async throws -> [Data: String] {
        var (names, wanted) = ([Data: String](), Set(ids))
        guard !wanted.isEmpty else { return [:] }
        for workspace in try await gateway.backends.workspace.list(.init(), call).workspaces where !wanted.isEmpty {
            let request = ListProjectsRequest.with { $0.workspaceID = workspace.id }
            for project in try await gateway.backends.workspace.listProjects(request, call).projects
            where wanted.remove(project.id) != nil {
                names[project.id] = "\(workspace.name)/\(project.name)"
            }
        }
        return names
    }

    /// The name of each workspace that the caller may see.
    func workspaceNames(_ call: CallContext) async throws -> [Data: String] {
        let seen = try await gateway.backends.workspace.list(.init(), call).workspaces
        return Dictionary(seen.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Data {
    /// An id as it is written in paths and answers; empty when it is none.
    var idText: String { ID<Account>(bytes: self)?.text ?? "" }

    /// Throws `.notFound` for what is no id: there is nothing of that name.
    init(idText text: String, _ what: StaticString) throws(Failure) {
        guard let id = ID<Account>(text) else { throw Failure(.notFound, "There is no such \(what).") }
        self = Data(id.bytes)
    }
}
