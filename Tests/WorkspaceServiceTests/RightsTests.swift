import AuthClient
import Foundation
import Model
import SwiftProtobuf
import TestKit
import Testing
import Wire
import WireMessages

@testable import WorkspaceService

/// Every method of the service, tried by everybody.
@Suite struct RightsTests {
    private struct Scene: Sendable {
        let house: WorkspaceHouse
        let workspace: ID<Workspace>
        let owner: Access

        /// A project that somebody else has made.
        func project() async throws -> Data {
            let title = try Title.project("secret " + UUID().uuidString)
            let made = try await house.projects.create(title, description: "", in: workspace, as: owner)
            return Data(made.id.bytes)
        }
    }
    private typealias Row = RightsRow<Scene>

    private static func of<Q: Message>(
        _ method: WorkspaceMethod, _ rule: Row.Rule, _ fill: @escaping @Sendable (inout Q, _ project: Data) -> Void
    ) -> Row {
        Row(method, rule) { scene, _ in
            let project = try await scene.project()
            return Q.with { fill(&$0, project) }
        }
    }

    private static let workspaces: [Row] = [
        Row(WorkspaceMethod.listWorkspaces, .shows(.read)) { _, _ in ListWorkspacesRequest() },
        Row(WorkspaceMethod.findWorkspace, .needs(.read)) { scene, _ in
            FindWorkspaceRequest.with { $0.id = Data(scene.workspace.bytes) }
        },
        Row(WorkspaceMethod.findWorkspace, .needs(.read)) { _, _ in FindWorkspaceRequest.with { $0.name = "secret" } },
        // These callers come with keys, which never enter.
        Row(WorkspaceMethod.locateWorkspace, .told { $0 == .nobody ? .unauthenticated : .forbidden }) { _, _ in
            LocateWorkspaceRequest.with { $0.name = "secret" }
        },
        Row(WorkspaceMethod.setDefaultWorkspace, .needs(.read)) { scene, _ in
            SetDefaultWorkspaceRequest.with { $0.id = Data(scene.workspace.bytes) }
        },
        // The id is one that the caller owns already: so there is nothing to ask of auth.
        Row(WorkspaceMethod.createWorkspace, .instance(.createWorkspace)) { _, caller in
            let own = caller.grants.first?.scope.workspace
            return CreateWorkspaceRequest.with {
                ($0.id, $0.name) = (Data(own?.bytes ?? []), "new " + UUID().uuidString)
            }
        },
    ]

    private static let projects: [Row] = [
        Row(WorkspaceMethod.createProject, .needs(.createProject)) { scene, _ in
            CreateProjectRequest.with { ($0.workspaceID, $0.name) = (Data(scene.workspace.bytes), UUID().uuidString) }
        },
        Row(WorkspaceMethod.resolveProject, .needs(.log)) { _, _ in
            ResolveProjectRequest.with {
                ($0.workspaceName, $0.projectName, $0.create) = ("secret", UUID().uuidString, true)
            }
        },
        Row(WorkspaceMethod.resolveProject, .needs(.read)) { scene, _ in
            _ = try await scene.house.resolve("known", in: .id(scene.workspace), as: scene.owner)
            return ResolveProjectRequest.with { ($0.workspaceName, $0.projectName) = ("secret", "known") }
        },
        of(.findProject, .needs(.read)) { (q: inout FindProjectRequest, project) in q.id = project },
        Row(WorkspaceMethod.listProjects, .needs(.read)) { scene, _ in
            ListProjectsRequest.with { $0.workspaceID = Data(scene.workspace.bytes) }
        },
        of(.updateProject, .needs(.administer)) { (q: inout UpdateProjectRequest, project) in
            (q.id, q.name) = (project, UUID().uuidString)
        },
        of(.updateProject, .needs(.edit)) { (q: inout UpdateProjectRequest, project) in
            (q.id, q.description_p) = (project, "x")
        },
        of(.deleteProject, .needs(.administer)) { (q: inout DeleteProjectRequest, project) in q.id = project },
        of(.getProjectNotes, .needs(.read)) { (q: inout GetProjectNotesRequest, project) in q.id = project },
        of(.setProjectNotes, .needs(.comment)) { (q: inout SetProjectNotesRequest, project) in
            (q.id, q.notes) = (project, "x")
        },
    ]

    @Test func `every method asks for the right that the matrix has for it`() async throws {
        try await WorkspaceHouse.with { house in
            let (workspace, owner) = try await house.workspace("secret")
            let nobody = RPCClient(
                service: "auth", as: "workspace", addresses: [.unix("/nonexistent/auth.sock")],
                logger: ScratchDatabase.logger)
            var methods = Methods()
            WorkspaceService(database: house.database, auth: AuthClient(rpc: nobody), logger: ScratchDatabase.logger)
                .register(in: &methods)
            let rights = Rights(Self.workspaces + Self.projects)
            #expect(rights.strays(methods) == [])
            let scene = Scene(house: house, workspace: workspace, owner: owner)
            let found = try await rights.violations(
                of: methods, in: workspace, scene, secrets: [workspace.bytes, Array("secret".utf8)])
            #expect(found == [])
            await nobody.close()
        }
    }
}
