import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// `/workspaces` and `/projects`.
struct WorkspaceRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("workspaces", use: list)
        routes.post("workspaces", use: create)
        routes.get("projects", use: listProjects)
        routes.post("projects", use: createProject)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let workspaces = try await gateway.backends.workspace.list(.init(), caller.call(context)).workspaces
        return Reply.json { writer in
            writer.object { writer in
                writer.key("workspaces")
                writer.array(workspaces) { $0.workspace($1) }
            }
        }
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let name = try body.string("name")
        let made = try await gateway.backends.workspace.create(.with { $0.name = name }, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Reply.json(status: .created) { $0.workspace(made.workspace) }
    }

    /// `?workspace=NAME`; without it the caller's default one.
    @Sendable private func listProjects(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let name = try Query(request)["workspace"]
        let call = caller.call(context)
        let workspace = try await gateway.backends.workspace.find(.with { $0.name = name }, call).workspace
        let projects = try await gateway.backends.workspace.listProjects(.with { $0.workspaceID = workspace.id }, call)
            .projects
        let counts = try await gateway.backends.tracking.count(
            .with {
                $0.workspaceID = workspace.id
                $0.projectIds = projects.map(\.id)
            }, call
        ).counts
        let byProject = Dictionary(counts.map { ($0.projectID, $0) }, uniquingKeysWith: { first, _ in first })
        return Reply.json { writer in
            writer.object { writer in
                writer.key("projects")
                writer.array(projects) { $0.project($1, byProject[$1.id]) }
            }
        }
    }

    @Sendable private func createProject(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: 128 << 10)
        let call = caller.call(context)
        let workspaceName = try body.text("workspace")
        let workspace = try await gateway.backends.workspace.find(.with { $0.name = workspaceName }, call).workspace
        let asked = try CreateProjectRequest.with {
            $0.workspaceID = workspace.id
            $0.name = try body.string("name")
            $0.description_p = try body.text("description")
        }
        let made = try await gateway.backends.workspace.createProject(asked, call)
        return Reply.json(status: .created) { $0.project(made.project, nil) }
    }
}

extension JSONWriter {
    mutating func workspace(_ workspace: WorkspaceRecord) {
        object { writer in
            writer.member("id", ID<Workspace>(bytes: workspace.id)?.text ?? "")
            writer.member("name", workspace.name)
            writer.time("created_ms", workspace.createdMs)
            writer.member("is_default", workspace.isDefault)
        }
    }

    mutating func project(_ project: ProjectRecord, _ count: CountExperimentsResponse.Count?) {
        object { writer in
            writer.member("id", ID<Project>(bytes: project.id)?.text ?? "")
            writer.member("workspace", project.workspaceName)
            writer.member("name", project.name)
            writer.member("description", project.description_p)
            writer.member("owner", project.ownerName)
            writer.time("created_ms", project.createdMs)
            writer.member("experiments", count?.experiments ?? 0)
            writer.member("running", count?.running ?? 0)
        }
    }
}
