import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages
import WorkspaceClient

/// Projects and their notes (comet-rest §2).
struct RESTProjects: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "projects", gateway, list)
        routes.on(.get, "project", gateway, get)
        routes.on(.get, "project/notes", gateway, notes)
        routes.on(.get, "project/column-names", gateway, columns)
        routes.on(.post, "write/project/notes", gateway, setNotes)
        routes.on(.post, "write/project/create", gateway, create)
        routes.on(.post, "write/project/update", gateway, update)
        routes.on(.post, "write/project/delete", gateway, delete)
    }

    private func list(_ rest: RESTCall) async throws -> Response {
        let name = try rest.query.required("workspaceName")
        let workspace = try await gateway.backends.workspace.find(.with { $0.name = name }, rest.call).workspace
        let projects = try await gateway.backends.workspace.listProjects(
            .with { $0.workspaceID = workspace.id }, rest.call
        ).projects
        let counts = try await counts(of: projects, rest)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("projects")
                writer.array(projects) { $0.cometProject($1, counts[$1.id]) }
            }
        }
    }

    private func get(_ rest: RESTCall) async throws -> Response {
        let project = try await gateway.project(
            id: rest.query["projectId"], workspace: rest.query["workspaceName"], name: rest.query["projectName"],
            rest.call)
        let counts = try await counts(of: [project], rest)
        return Reply.json { $0.cometProject(project, counts[project.id]) }
    }

    private func counts(of projects: [ProjectRecord], _ rest: RESTCall) async throws
        -> [Data: CountExperimentsResponse.Count]
    {
        guard let first = projects.first else { return [:] }
        let counts = try await gateway.backends.tracking.count(
            .with {
                $0.workspaceID = first.workspaceID
                $0.projectIds = projects.map(\.id)
            }, rest.call
        ).counts
        return Dictionary(counts.map { ($0.projectID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func notes(_ rest: RESTCall) async throws -> Response {
        let project = try await gateway.project(
            id: rest.query.required("projectId"), workspace: "", name: "", rest.call)
        let notes = try await gateway.backends.workspace.projectNotes(.with { $0.id = project.id }, rest.call).notes
        return Reply.json { writer in writer.object { $0.member("notes", notes) } }
    }

    private func columns(_ rest: RESTCall) async throws -> Response {
        let project = try await gateway.project(
            id: "", workspace: rest.query["workspaceName"], name: rest.query.required("projectName"), rest.call)
        let columns = try await gateway.backends.tracking.columns(
            .with { ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id) }, rest.call
        ).columns
        return Reply.json { writer in
            writer.object { writer in
                writer.key("columns")
                writer.array(columns) { writer, column in
                    writer.object { writer in
                        writer.member("name", column.name)
                        writer.member("id", "\(column.name)--\(column.source)")
                        writer.member("type", column.type)
                        writer.member("source", column.source)
                    }
                }
            }
        }
    }

    private func setNotes(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let project = try await gateway.project(id: body.string("projectId"), workspace: "", name: "", rest.call)
        let notes = try body.text("notes")
        _ = try await gateway.backends.workspace.setProjectNotes(
            .with { ($0.id, $0.notes) = (project.id, notes) }, rest.call)
        return Reply.done()
    }

    private func create(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        if try body.bool("isPublic") { throw RESTProjects.publicRefused }
        let workspaceName = try body.text("workspaceName")
        let workspace = try await gateway.backends.workspace.find(.with { $0.name = workspaceName }, rest.call)
            .workspace
        let asked = try CreateProjectRequest.with {
            $0.workspaceID = workspace.id
            $0.name = try body.string("projectName")
            $0.description_p = try body.text("projectDescription")
        }
        let made = try await gateway.backends.workspace.createProject(asked, rest.call).project
        return Reply.json { $0.cometProject(made, nil) }
    }

    private func update(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        if try body.bool("isPublic") { throw RESTProjects.publicRefused }
        let project = try await gateway.project(
            id: body.text("projectId"), workspace: body.text("workspaceName"), name: body.text("projectName"), rest.call
        )
        let asked = try UpdateProjectRequest.with {
            $0.id = project.id
            if let name = try body.stringIfAny("newProjectName") { $0.name = name }
            if let description = try body.stringIfAny("newProjectDescription") { $0.description_p = description }
        }
        let made = try await gateway.backends.workspace.updateProject(asked, rest.call).project
        gateway.projects.forget(project.id)
        return Reply.json { $0.cometProject(made, nil) }
    }

    /// With `deleteAllExperiments` they go first; without it they move to the workspace's project `Uncategorized`.
    private func delete(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let project = try await gateway.project(
            id: body.text("projectId"), workspace: body.text("workspaceName"), name: body.text("projectName"), rest.call
        )
        let deletesAll = try body.bool("deleteAllExperiments")
        try await clear(project, deletesAll, rest)
        _ = try await gateway.backends.workspace.deleteProject(.with { $0.id = project.id }, rest.call)
        gateway.projects.forget(project.id)
        // A run may have been started meanwhile, by a gateway that did not know yet.
        try await Task.sleep(for: gateway.projects.lifetime)
        try await clear(project, deletesAll, rest)
        return Reply.done()
    }

    private func clear(_ project: ProjectRecord, _ deletesAll: Bool, _ rest: RESTCall) async throws {
        for archived in [false, true] {
            let keys = try await gateway.backends.tracking.listAll(
                .with { ($0.workspaceID, $0.projectID, $0.archived) = (project.workspaceID, project.id, archived) },
                rest.call
            ).experiments.map(\.ref.key)
            if keys.isEmpty { continue }
            if deletesAll {
                try await gateway.backends.tracking.delete(.with { $0.keys = keys }, rest.call)
            } else {
                try await moveAway(keys, from: project, rest)
            }
            gateway.experiments.forget(keys)
        }
    }

    private func moveAway(_ keys: [String], from project: ProjectRecord, _ rest: RESTCall) async throws {
        let target = try await gateway.backends.workspace.resolveProject(
            .with { ($0.workspaceName, $0.projectName, $0.create) = (project.workspaceName, "Uncategorized", true) },
            rest.call
        ).project
        guard target.id != project.id else {
            throw Failure(
                .conflict, "The experiments of the project Uncategorized have nowhere to go: delete them as well.")
        }
        try await gateway.backends.tracking.move(
            .with { ($0.keys, $0.workspaceID, $0.projectID) = (keys, target.workspaceID, target.id) }, rest.call)
    }

    static let publicRefused = Failure(
        .invalid, "Projects are visible to their workspace; public projects are not offered here.",
        reason: "unsupported")
}

extension Gateway {
    /// A project by id, or by its name and the workspace's (empty: the caller's default one).
    func project(id: String, workspace: String, name: String, _ call: CallContext) async throws -> ProjectRecord {
        if !id.isEmpty {
            guard let id = CometID.bytes(id) else { throw Failure(.notFound, "There is no such project.") }
            return try await backends.workspace.findProject(.with { $0.id = id }, call).project
        }
        guard !name.isEmpty else {
            throw Failure(.invalid, "The name of the project is missing.", reason: "project_name_empty")
        }
        let found = try await backends.workspace.find(.with { $0.name = workspace }, call).workspace
        return try await backends.workspace.findProject(
            .with { ($0.workspaceID, $0.name) = (found.id, name) }, call
        ).project
    }
}

extension JSONWriter {
    mutating func cometProject(_ project: ProjectRecord, _ count: CountExperimentsResponse.Count?) {
        object { writer in
            writer.member("projectId", CometID.text(project.id))
            writer.member("projectName", project.name)
            writer.member("ownerUserName", project.ownerName)
            writer.member("projectDescription", project.description_p)
            writer.member("workspaceName", project.workspaceName)
            writer.member("numberOfExperiments", count?.experiments ?? 0)
            writer.member("lastUpdated", max(project.updatedMs, count?.updatedMs ?? 0))
            writer.member("public", false)
        }
    }
}
