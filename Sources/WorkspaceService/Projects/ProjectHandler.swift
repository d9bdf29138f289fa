import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ProjectHandler: Sendable {
    let projects: Projects

    func create(_ request: CreateProjectRequest, _ call: Call) async throws -> CreateProjectResponse {
        let row = try await projects.create(
            try Title.project(request.name), description: request.description_p,
            in: try id(request.workspaceID, "workspace_id"), as: try call.requireAccess())
        return CreateProjectResponse.with { $0.project = row.record }
    }

    func resolve(_ request: ResolveProjectRequest, _ call: Call) async throws -> ResolveProjectResponse {
        let name = request.projectName.isEmpty ? ProjectRow.defaultName : request.projectName
        let (row, created) = try await projects.resolve(
            try Title.project(name),
            in: request.workspaceName.isEmpty ? .ownDefault : .named(request.workspaceName),
            ifMissing: request.create ? .create : .fail, as: try call.requireAccess())
        return ResolveProjectResponse.with {
            $0.project = row.record
            $0.created = created
        }
    }

    func find(_ request: FindProjectRequest, _ call: Call) async throws -> FindProjectResponse {
        let access = try call.requireAccess()
        let row =
            request.id.isEmpty
            ? try await projects.get(
                named: request.name, in: try id(request.workspaceID, "workspace_id"), as: access)
            : try await projects.get(try id(request.id, "id"), as: access)
        return FindProjectResponse.with { $0.project = row.record }
    }

    func list(_ request: ListProjectsRequest, _ call: Call) async throws -> ListProjectsResponse {
        let rows = try await projects.list(
            in: try id(request.workspaceID, "workspace_id"), as: try call.requireAccess())
        return ListProjectsResponse.with { $0.projects = rows.map(\.record) }
    }

    func update(_ request: UpdateProjectRequest, _ call: Call) async throws -> UpdateProjectResponse {
        let change = try ProjectRow.Change(
            name: request.hasName ? request.name : nil,
            description: request.hasDescription_p ? request.description_p : nil)
        let row = try await projects.update(try id(request.id, "id"), change, as: try call.requireAccess())
        return UpdateProjectResponse.with { $0.project = row.record }
    }

    func delete(_ request: DeleteProjectRequest, _ call: Call) async throws -> Empty {
        try await projects.delete(try id(request.id, "id"), as: try call.requireAccess())
        return Empty()
    }

    func notes(_ request: GetProjectNotesRequest, _ call: Call) async throws -> GetProjectNotesResponse {
        let notes = try await projects.notes(of: try id(request.id, "id"), as: try call.requireAccess())
        return GetProjectNotesResponse.with { $0.notes = notes }
    }

    func setNotes(_ request: SetProjectNotesRequest, _ call: Call) async throws -> Empty {
        try await projects.setNotes(request.notes, of: try id(request.id, "id"), as: try call.requireAccess())
        return Empty()
    }
}

extension ProjectRow {
    var record: ProjectRecord {
        ProjectRecord.with {
            $0.id = Data(id.bytes)
            $0.workspaceID = Data(workspace.bytes)
            $0.workspaceName = workspaceName
            $0.name = name
            $0.description_p = description
            $0.ownerName = ownerName
            $0.createdMs = createdAt.milliseconds
            $0.updatedMs = updatedAt.milliseconds
        }
    }
}
