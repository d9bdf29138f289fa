import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// The workspaces, and the projects of one.
struct ListPages: Sendable {
    struct WorkspaceTile {
        let name: String
        let href: String
        let note: String
    }

    struct ProjectTile {
        let name: String
        let href: String
        let description: String?
        let experiments: Int64
        let running: Int64?
        let updated: Moment?
    }

    private static let countedMax = 24

    let site: Site
    private var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("/", use: workspaces)
        routes.get(":workspace", use: projects)
    }

    @Sendable private func workspaces(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let call = caller.call(context)
        let found = try await gateway.backends.workspace.list(.init(), call).workspaces
        var tiles: [WorkspaceTile] = []
        for (place, workspace) in found.enumerated() {
            // Each is a call; who has more workspaces looks for a name.
            let projects =
                place < Self.countedMax
                ? try await gateway.backends.workspace.listProjects(.with { $0.workspaceID = workspace.id }, call)
                    .projects.count : nil
            let facts = [projects.map(Self.count), workspace.isDefault ? "your default" : nil].compactMap { $0 }
            tiles.append(
                WorkspaceTile(
                    name: workspace.name, href: Link.workspace(workspace.name), note: facts.joined(separator: " · ")))
        }
        var model: [String: Any] = ["workspaces": tiles, "isFactorDue": caller.isFactorDue]
        if caller.maySee(.readAudit, on: .instance) { model["auditHref"] = AuditPage.path }
        return try site.page("workspaces", title: "Workspaces", caller: caller, model)
    }

    @Sendable private func projects(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let call = caller.call(context)
        let name = try context.part("workspace")
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
        let tiles = projects.map { project in
            let count = byProject[project.id]
            return ProjectTile(
                name: project.name, href: Link.project(workspace.name, project.name),
                description: project.description_p.isEmpty ? nil : project.description_p,
                experiments: count?.experiments ?? 0,
                running: count.flatMap { $0.running > 0 ? $0.running : nil },
                updated: Moment(max(count?.updatedMs ?? 0, project.createdMs)))
        }
        var model: [String: Any] = [
            "workspace": workspace.name, "projects": tiles,
            "membersHref": "/settings/workspaces/" + Link.escaped(workspace.name),
            "hasProjects": !tiles.isEmpty, "total": Self.count(tiles.count),
            "quickstart": Quickstart(
                url: gateway.origin.base(of: request, context), workspace: workspace.name,
                project: "first-project"),
        ]
        if let id = ID<Workspace>(bytes: workspace.id), caller.maySee(.readAudit, on: .workspace(id)) {
            model["auditHref"] = Link.query(AuditPage.path, [("workspace", workspace.name)])
        }
        return try site.page(
            "projects", title: workspace.name,
            crumbs: [Crumb(text: workspace.name, href: Link.workspace(workspace.name))], caller: caller, model)
    }
}

extension ListPages {
    private static func count(_ projects: Int) -> String {
        switch projects {
        case 0: "no projects yet"
        case 1: "1 project"
        default: "\(projects) projects"
        }
    }
}

/// The lines of Python that an empty page offers, with this server's own address in them.
struct Quickstart {
    let url: String
    let workspace: String
    let project: String
}
