import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// One run, a tab at a time; only the tab that is looked at is read.
struct RunPage: Sendable {
    enum Tab: String, CaseIterable {
        case charts = "", values, console, assets, code, system

        var label: String {
            switch self {
            case .charts: "Charts"
            case .values: "Parameters"
            case .console: "Console"
            case .assets: "Files"
            case .code: "Code"
            case .system: "System"
            }
        }
    }

    struct TabLink {
        let label: String
        let href: String
        let current: Bool
        let count: Int?
    }

    struct Head {
        let name: String
        let key: String
        let state: String
        let isRunning: Bool
        let events: String
        let tags: [String]
        let summary: String
        let error: String?
    }

    let site: Site
    var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get(":workspace/:project/:key") { try await show(.charts, $0, $1) }
        for tab in Tab.allCases where tab != .charts {
            routes.get(RouterPath(":workspace/:project/:key/\(tab.rawValue)")) { try await show(tab, $0, $1) }
        }
    }

    private func show(_ tab: Tab, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let call = caller.call(context)
        let key = try context.part("key")
        let run = try await gateway.backends.tracking.get(
            .with {
                $0.key = key
                $0.withValues = tab == .values
                $0.withSummaries = tab == .charts
            }, call
        ).experiment
        let project = try await gateway.backends.workspace.findProject(.with { $0.id = run.ref.projectID }, call)
            .project
        let home = Link.run(project.workspaceName, project.name, key)
        let named = try Link.project(context.part("workspace"), context.part("project"))
        if named != Link.project(project.workspaceName, project.name) {
            return Site.redirect(to: tab == .charts ? home : "\(home)/\(tab.rawValue)")
        }
        var model: [String: Any] = ["run": head(run), "tabs": links(home, current: tab)]
        model[tab == .charts ? "charts" : tab.rawValue] = try await content(of: tab, run, call)
        let crumbs = [
            Crumb(text: project.workspaceName, href: Link.workspace(project.workspaceName)),
            Crumb(text: project.name, href: Link.project(project.workspaceName, project.name)),
            Crumb(text: run.name, href: home),
        ]
        return try site.page("run", title: run.name, crumbs: crumbs, caller: caller, model)
    }

    private func links(_ home: String, current: Tab) -> [TabLink] {
        Tab.allCases.map { tab in
            TabLink(
                label: tab.label, href: tab == .charts ? home : "\(home)/\(tab.rawValue)", current: tab == current,
                count: nil)
        }
    }

    private func head(_ run: ExperimentRecord) -> Head {
        var facts = ["by \(run.ownerName)", "started \(Shown.time(run.startedMs))", run.durationShown, run.fileName]
        if run.state == .lost { facts.append("last heard of \(Shown.ago(run.updatedMs))") }
        return Head(
            name: run.name, key: run.ref.key, state: run.state.word, isRunning: run.state == .running,
            events: Self.api(run.ref.key, "events"), tags: run.tags,
            summary: facts.filter { !$0.isEmpty }.joined(separator: " · "), error: run.error.isEmpty ? nil : run.error)
    }

    static func api(_ key: String, _ rest: String) -> String {
        "/api/v1/experiments/\(Link.escaped(key))/\(rest)"
    }
}
