import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// A role of a group of the instance, as an administrator sees it: who may not see a workspace learns that there is
/// one, and what the group is there.
struct GroupHolding {
    let role: String
    let scope: String
    /// "the instance", or the workspace and, with a slash, the project.
    let place: String
    /// Its members page; `nil`: the caller does not see it.
    let href: String?
    /// What the form that takes it away names.
    let workspace: String
    let project: String
    /// Whether the caller sees to members there.
    let isTakeable: Bool

    static func all(
        of group: Data, _ gateway: Gateway, _ caller: Caller, _ call: CallContext
    ) async throws -> [GroupHolding] {
        let grants = try await gateway.backends.auth.listGroupRoles(.with { $0.id = group }, call).grants
        let places = Places(gateway: gateway)
        let workspaces = try await places.workspaceNames(call)
        let projects = try await places.projectNames(grants.map(\.projectID).filter { !$0.isEmpty }, call)
        return grants.map { GroupHolding($0, workspaces, projects, caller) }
    }

    private init(_ grant: GrantClaim, _ workspaces: [Data: String], _ projects: [Data: String], _ caller: Caller) {
        role = Role(grant.role)?.rawValue ?? ""
        scope = grant.workspaceID.isEmpty ? "instance" : grant.projectID.isEmpty ? "workspace" : "project"
        let path = projects[grant.projectID]
        let isSeen = grant.workspaceID.isEmpty || workspaces[grant.workspaceID] != nil
        let name = workspaces[grant.workspaceID] ?? ""
        workspace = name
        project = path.map { String($0.dropFirst(name.count + 1)) } ?? ""
        let isNamed = grant.projectID.isEmpty || path != nil
        place =
            grant.workspaceID.isEmpty
            ? "the instance"
            : !isSeen
                ? "a workspace that you may not see"
                : isNamed ? path ?? name : "\(name), in a project that you may not see"
        href = name.isEmpty ? nil : "/settings/workspaces/" + Link.escaped(name)
        let there = ID<Workspace>(bytes: grant.workspaceID).map { Scope.workspace($0) } ?? .instance
        isTakeable = isSeen && isNamed && caller.maySee(.manageMembers, on: there)
    }

    /// The workspaces in which the caller can give it a role.
    static func places(_ gateway: Gateway, _ caller: Caller, _ call: CallContext) async throws -> [String] {
        try await gateway.backends.workspace.list(.init(), call).workspaces.filter { workspace in
            ID<Workspace>(bytes: workspace.id).map { caller.maySee(.manageMembers, on: .workspace($0)) } ?? false
        }.map(\.name)
    }
}
