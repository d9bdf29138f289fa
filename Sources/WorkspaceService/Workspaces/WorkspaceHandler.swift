import AuthClient
import Foundation
import Logging
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct WorkspaceHandler: Sendable {
    let workspaces: Workspaces
    let auth: AuthClient
    let logger: Logger

    func create(_ request: CreateWorkspaceRequest, _ call: Call) async throws -> CreateWorkspaceResponse {
        let access = try call.requireAccess()
        let title = try Title.workspace(request.name)
        let wanted: ID<Workspace> = request.id.isEmpty ? .fresh() : try id(request.id, "id")
        let row = try await workspaces.create(
            title, id: wanted, as: access,
            claim: { try await grantOwner(of: $0, to: access, call) },
            disclaim: { await removeOwner(of: $0, from: access, call) })
        return CreateWorkspaceResponse.with { $0.workspace = row.record }
    }

    func list(_ request: ListWorkspacesRequest, _ call: Call) async throws -> ListWorkspacesResponse {
        let rows = try await workspaces.list(as: try call.requireAccess())
        return ListWorkspacesResponse.with { $0.workspaces = rows.map(\.record) }
    }

    func find(_ request: FindWorkspaceRequest, _ call: Call) async throws -> FindWorkspaceResponse {
        let which: Workspaces.Which =
            if !request.id.isEmpty {
                .id(try id(request.id, "id"))
            } else if !request.name.isEmpty {
                .named(request.name)
            } else {
                .ownDefault
            }
        let row = try await workspaces.get(which, as: try call.requireAccess())
        return FindWorkspaceResponse.with { $0.workspace = row.record }
    }

    func locate(_ request: LocateWorkspaceRequest, _ call: Call) async throws -> LocateWorkspaceResponse {
        let row = try await workspaces.locate(request.name, as: try call.requireAccess())
        return LocateWorkspaceResponse.with { $0.workspace = row.record }
    }

    func setDefault(_ request: SetDefaultWorkspaceRequest, _ call: Call) async throws -> Empty {
        try await workspaces.setDefault(try id(request.id, "id"), as: try call.requireAccess())
        return Empty()
    }

    private func grantOwner(of workspace: ID<Workspace>, to access: Access, _ call: Call) async throws {
        let request = SetGrantRequest.with {
            $0.principalID = Data(access.principal.bytes)
            $0.grant.workspaceID = Data(workspace.bytes)
            $0.grant.role = .roleOwner
        }
        _ = try await auth.setGrant(request, call.context())
    }

    /// Best effort: a right on an id that nothing has opens nothing.
    private func removeOwner(of workspace: ID<Workspace>, from access: Access, _ call: Call) async {
        let request = RemoveGrantRequest.with {
            $0.principalID = Data(access.principal.bytes)
            $0.workspaceID = Data(workspace.bytes)
        }
        do {
            _ = try await auth.removeGrant(request, call.context())
        } catch {
            logger.info("a right on an unused workspace id stays", metadata: ["failure": "\(error)"])
        }
    }
}

extension WorkspaceRow {
    var record: WorkspaceRecord {
        WorkspaceRecord.with {
            $0.id = Data(id.bytes)
            $0.name = name
            $0.createdMs = createdAt.milliseconds
            $0.isDefault = isDefault
        }
    }
}
