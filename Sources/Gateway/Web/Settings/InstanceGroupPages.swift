import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/admin/groups`: groups of the instance, whose members may be of any workspace.
struct InstanceGroupPages: Sendable {
    struct Line {
        let href: String
        let name: String
        let description: String
        let members: Int
        /// The provider that keeps it; `nil`: it was made here.
        let provider: String?
    }

    static let path = "/admin/groups"

    let shell: SettingsShell
    var gateway: Gateway { shell.site.gateway }
    var auth: AuthClient { gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        let page = routes.group("admin/groups")
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
        try await listPage(try await shell.visitor(request, context), context)
    }

    private func listPage(
        _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let lines = try await groups(caller.call(context)).map { group in
            Line(
                href: Self.path + "/" + group.id.idText, name: group.name, description: group.description_p,
                members: Int(group.members), provider: group.provider.isEmpty ? nil : group.provider)
        }
        return try await shell.page(
            "admin-groups", title: "Groups", path: Self.path, caller: caller, context, problem: problem,
            beside: problem?.field(among: ["name"]),
            [
                "groups": lines, "hasGroups": !lines.isEmpty, "name": form?["name"] ?? "",
                "description": form?["description"] ?? "",
            ])
    }

    /// They come with the first page of people, which is as short as can be.
    func groups(_ call: CallContext) async throws -> [AccountRecord] {
        try await auth.listAccounts(.with { $0.limit = 1 }, call).accounts.filter { $0.kind == .group }
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let asked = CreateGroupRequest.with { ($0.name, $0.description_p) = (form["name"], form["description"]) }
        switch try await SettingsShell.outcome({ try await auth.createGroup(asked, caller.call(context)) }) {
        case .success(let made): return Site.redirect(to: Self.path + "/" + made.id.idText)
        case .failure(let problem): return try await listPage(caller, context, typed: form, problem: problem)
        }
    }
}
