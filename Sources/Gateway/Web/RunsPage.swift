import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// The runs of a project: sorted, filtered and with chosen columns, all of which stands in the address.
struct RunsPage: Sendable {
    static let rowsMax: UInt32 = 100

    let site: Site
    private var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get(":workspace/:project", use: show)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let call = caller.call(context)
        let names = try (workspace: context.part("workspace"), project: context.part("project"))
        let workspace = try await gateway.backends.workspace.find(.with { $0.name = names.workspace }, call).workspace
        let project = try await gateway.backends.workspace.findProject(
            .with { ($0.workspaceID, $0.name) = (workspace.id, names.project) }, call
        ).project
        let view = try RunsView(query: Query(request), path: Link.project(workspace.name, project.name))
        let archived = view.archived
        async let columns = gateway.backends.tracking.columns(
            .with { ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id) }, call)
        let page = try await gateway.backends.tracking.list(
            .with {
                ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
                ($0.text, $0.sort, $0.descending) = (view.text, view.sort, view.descending)
                ($0.archived, $0.cursor, $0.limit) = (archived, view.cursor, Self.rowsMax)
                ($0.withValues, $0.withSummaries) = (true, true)
            }, call)
        let table = RunsTable(
            view: view, experiments: page.experiments, known: try await columns.columns,
            href: { Link.run(workspace.name, project.name, $0) })
        var model = table.model
        model["project"] = project.name
        model["range"] =
            page.nextCursor.isEmpty && view.cursor.isEmpty
            ? page.total == 1 ? "1 run" : "\(page.total) runs" : "\(page.experiments.count) of \(page.total) runs"
        model["archived"] = view.archived
        model["nextHref"] = page.nextCursor.isEmpty ? nil : view.address(cursor: page.nextCursor)
        model["firstHref"] = view.cursor.isEmpty ? nil : view.address(cursor: "")
        model["quickstart"] = Quickstart(
            url: gateway.origin.base(of: request, context), workspace: workspace.name, project: project.name)
        let crumbs = [
            Crumb(text: workspace.name, href: Link.workspace(workspace.name)),
            Crumb(text: project.name, href: view.path),
        ]
        return try site.page("runs", title: project.name, crumbs: crumbs, caller: caller, model)
    }
}

/// What the address says about the table.
struct RunsView: Sendable {
    let path: String
    let text: String
    let sort: String
    let descending: Bool
    let archived: Bool
    let cursor: String
    /// Empty: the page chooses.
    let columns: [String]

    init(query: Query, path: String) {
        self.path = path
        text = query["q"]
        sort = query["sort"].isEmpty ? "started" : query["sort"]
        descending = query["sort"].isEmpty ? query["order"] != "asc" : query["order"] == "desc"
        archived = query["archived"] == "true"
        cursor = query["cursor"]
        columns = query.all("column")
    }

    func address(cursor: String) -> String {
        address(sort: sort, descending: descending, archived: archived, cursor: cursor)
    }

    func address(sort: String, descending: Bool, archived: Bool, cursor: String = "") -> String {
        let fixed = [
            ("q", text), ("sort", sort), ("order", descending ? "desc" : "asc"), ("archived", archived ? "true" : ""),
            ("cursor", cursor),
        ]
        return Link.query(path, fixed + columns.map { ("column", $0) })
    }
}
