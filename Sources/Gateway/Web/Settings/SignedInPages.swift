import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/settings/sessions`: where one is signed in.
struct SignedInPages: Sendable {
    struct Line {
        let id: String
        let isThis: Bool
        let client: String
        let address: String
        let began: Moment?
        let seen: Moment?
    }

    static let path = "/settings/sessions"

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("settings/sessions", use: show)
        routes.post("settings/sessions", use: endOthers)
        routes.post("settings/sessions/:id/end", use: end)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        let sessions = try await gateway.backends.auth.listSessions(.init(), caller.call(context)).sessions
        let lines = sessions.map { session in
            Line(
                id: session.id.idText, isThis: session.isThis, client: Self.browser(session.client),
                address: session.address, began: Moment(session.createdMs), seen: Moment(session.seenMs))
        }
        return try await shell.page(
            "settings-sessions", title: "Signed in", path: Self.path, caller: caller, context,
            ["sessions": lines, "hasOthers": lines.count > 1])
    }

    @Sendable private func endOthers(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await end(.init(), request, context)
    }

    @Sendable private func end(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let id = try Data(idText: try context.part("id"), "session")
        return try await end(.with { $0.id = id }, request, context)
    }

    private func end(_ q: EndSessionsRequest, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        _ = try await gateway.backends.auth.endSessions(q, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Site.redirect(to: Self.path)
    }

    /// What a browser calls itself, as people would.
    private static func browser(_ agent: String) -> String {
        let names = [
            ("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
        ]
        let systems = [
            ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]
        guard let name = names.first(where: { agent.contains($0.0) })?.1 else {
            return agent.isEmpty ? "unknown" : String(agent.prefix(60))
        }
        return [name, systems.first { agent.contains($0.0) }?.1].compactMap { $0 }.joined(separator: " on ")
    }
}
