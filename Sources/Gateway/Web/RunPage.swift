import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
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
    }

    struct Head {
        let name: String
        let key: String
        let state: String
        let isRunning: Bool
        let events: String
        let tags: [String]
        let owner: String
        let started: Moment?
        let duration: String?
        /// For the script that counts on; milliseconds.
        let since: String?
        let lastHeard: Moment?
        let fileName: String?
        let error: String?
    }

    /// A run that the caller may see, and where its pages are.
    struct Found {
        let run: ExperimentRecord
        let project: ProjectRecord
        let caller: Caller
        let call: CallContext

        var home: String { Link.run(project.workspaceName, project.name, run.ref.key) }
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
        routes.get(":workspace/:project/:key/assets/:id", use: showFile)
        routes.get(":workspace/:project/:key/html", use: showHTML)
    }

    private func show(_ tab: Tab, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let found = try await find(request, context, values: tab == .values, summaries: tab == .charts)
        let address = tab == .charts ? found.home : "\(found.home)/\(tab.rawValue)"
        if try isElsewhere(found, context) { return Site.redirect(to: address) }
        let framing = tab == .assets ? gateway.origin.content(of: request) : nil
        let content = try await content(of: tab, found, framing: framing)
        return try page(found, tab, framing: framing, [tab == .charts ? "charts" : tab.rawValue: content])
    }

    func find(
        _ request: Request, _ context: EdgeContext, values: Bool = false, summaries: Bool = false
    ) async throws -> Found {
        let caller = try await site.visitors.reader(request, context)
        let call = caller.call(context)
        let key = try context.part("key")
        let run = try await gateway.backends.tracking.get(
            .with { ($0.key, $0.withValues, $0.withSummaries) = (key, values, summaries) }, call
        ).experiment
        let project = try await gateway.backends.workspace.findProject(.with { $0.id = run.ref.projectID }, call)
            .project
        return Found(run: run, project: project, caller: caller, call: call)
    }

    /// The run was moved, or its project renamed, since the address was made.
    func isElsewhere(_ found: Found, _ context: EdgeContext) throws -> Bool {
        try Link.project(context.part("workspace"), context.part("project")) != Link.project(found.project)
    }

    /// `content` holds what one of the parts of the template shows.
    func page(_ found: Found, _ tab: Tab, framing: String? = nil, _ content: [String: Any]) throws -> Response {
        var model = content
        (model["run"], model["tabs"]) = (head(found.run), links(found.home, current: tab))
        let crumbs = [
            Crumb(text: found.project.workspaceName, href: Link.workspace(found.project.workspaceName)),
            Crumb(text: found.project.name, href: Link.project(found.project)),
            Crumb(text: found.run.name, href: found.home),
        ]
        return try site.page(
            "run", title: found.run.name, crumbs: crumbs, caller: found.caller, framing: framing, model)
    }

    private func links(_ home: String, current: Tab) -> [TabLink] {
        Tab.allCases.map { tab in
            TabLink(
                label: tab.label, href: tab == .charts ? home : "\(home)/\(tab.rawValue)", current: tab == current)
        }
    }

    private func head(_ run: ExperimentRecord) -> Head {
        let duration = run.durationShown
        return Head(
            name: run.name, key: run.ref.key, state: run.state.word, isRunning: run.state == .running,
            events: Self.api(run.ref.key, "events"), tags: run.tags, owner: run.ownerName,
            started: Moment(run.startedMs), duration: duration.isEmpty ? nil : duration,
            since: run.state == .running ? String(run.startedMs) : nil,
            lastHeard: run.state == .lost ? Moment(run.updatedMs) : nil,
            fileName: run.fileName.isEmpty ? nil : run.fileName, error: run.error.isEmpty ? nil : run.error)
    }

    static func api(_ key: String, _ rest: String) -> String {
        "/api/v1/experiments/\(Link.escaped(key))/\(rest)"
    }
}
