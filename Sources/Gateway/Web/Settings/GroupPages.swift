import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/workspaces/{workspace}/groups`: what stands for several people at once, and what it may do here.
struct GroupPages: Sendable {
    struct Line {
        let href: String
        let name: String
        let description: String
        let members: Int
        let roles: [String]
    }

    struct Member {
        let id: String
        let name: String
        let email: String
        let note: String?
    }

    let shell: WorkspaceShell
    var auth: AuthClient { shell.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        let page = routes.group("settings/workspaces/:workspace/groups")
        page.get(use: list)
        page.post(use: create)
        page.get(":id", use: show)
        page.post(":id", use: rename)
        page.post(":id/members", use: add)
        page.post(":id/members/remove", use: remove)
        page.post(":id/roles", use: grant)
        page.post(":id/roles/remove", use: withdraw)
        page.post(":id/delete", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await listPage(at: place, caller, context)
    }

    private func listPage(
        at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil,
        problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let projects = try await shell.projects(of: place, call).names
        let held = Dictionary(grouping: try await shell.members(of: place, call), by: \.principalID)
        let lines = try await shell.residents(.group, of: place, call).map { group in
            Line(
                href: Self.path(place, group.id), name: group.name, description: group.description_p,
                members: Int(group.members), roles: (held[group.id] ?? []).map { Holding($0, projects).text })
        }
        return try await shell.page(
            "settings-groups", .groups, at: place, caller, context, problem: problem, beside: ["name"],
            [
                "groups": lines, "hasGroups": !lines.isEmpty, "name": form?["name"] ?? "",
                "description": form?["description"] ?? "",
            ])
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        let asked = CreateGroupRequest.with {
            ($0.workspaceID, $0.name, $0.description_p) = (place.id, form["name"], form["description"])
        }
        switch try await SettingsShell.outcome({ try await auth.createGroup(asked, caller.call(context)) }) {
        case .success(let made): return Site.redirect(to: Self.path(place, made.id))
        case .failure(let problem):
            return try await listPage(at: place, caller, context, typed: form, problem: problem)
        }
    }

    static func path(_ place: WorkspaceShell.Place, _ group: Data) -> String {
        place.path(of: .groups) + "/" + group.idText
    }
}
