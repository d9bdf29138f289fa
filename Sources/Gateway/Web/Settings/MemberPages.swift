import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/workspaces/{workspace}`: its members, invitations and service accounts.
struct MemberPages: Sendable {
    struct Choice {
        let name: String
        let isChosen: Bool
    }

    struct Line {
        let id: String
        let name: String
        let email: String
        let note: String?
        let role: String
        let project: String
        let roles: [Choice]
        let isWhole: Bool
        /// Whose group brings the role, which nobody changes here.
        let provider: String?
        /// Where it is told what they may, and why.
        let why: String
    }

    /// A link that was made, and where it was mailed to.
    struct Made {
        let link: String
        let mailed: String?
    }

    struct Open {
        let id: String
        let label: String
        let role: String
        let by: String
        let expires: String
    }

    let shell: WorkspaceShell
    private var gateway: Gateway { shell.gateway }
    private var places: Places { shell.places }

    func register(in routes: RouterGroup<EdgeContext>) {
        let page = routes.group("settings/workspaces/:workspace")
        page.get(use: show)
        page.post("members", use: add)
        page.post("members/:id", use: change)
        page.post("invitations", use: invite)
        page.post("invitations/:id/withdraw", use: withdraw)
        page.post("service-accounts", use: createServiceAccount)
        page.post("service-accounts/:id/active", use: setActive)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await page(place, caller, context)
    }

    private func page(
        _ place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext, made: Made? = nil,
        typed form: Query? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let (call, auth) = (caller.call(context), gateway.backends.auth)
        let members = try await shell.members(of: place, call)
        let own = try await auth.listRoles(.with { $0.workspaceID = place.id }, call).roles
        let services = try await shell.residents(.serviceAccount, of: place, call)
        let projects = try await shell.projects(of: place, call).names
        let roles = Role.scoped.map(\.rawValue) + own.map(\.name)
        let open =
            place.managesMembers
            ? try await auth.listInvitations(.with { $0.workspaceID = place.id }, call).invitations : []
        var model: [String: Any] = [
            "members": members.map { Self.line($0, roles, projects, AccessPage.href(place, who: $0.principalID)) },
            "roles": roles, "invitable": [Role.viewer, .commenter, .editor, .admin].map(\.rawValue),
            "services": services.map(Self.service), "hasServices": !services.isEmpty,
            "invitations": open.map(Self.open), "hasInvitations": !open.isEmpty, "who": form?["who"] ?? "",
            "name": form?["name"] ?? "", "description": form?["description"] ?? "",
        ]
        let inside = try await auth.listEntries(.with { ($0.workspaceID, $0.openOnly) = (place.id, true) }, call)
        model["inside"] = inside.entries.map { EntryPages.Line($0, caller) }
        (model["link"], model["mailed"]) = (made?.link, made?.mailed)
        return try await shell.page(
            "settings-members", .members, at: place, caller, context, problem: problem,
            beside: form.map { form in ["who", "name"].filter(form.has) } ?? [], model)
    }

    /// Does what a form asks and shows the page again: with what went wrong, or anew.
    private func answer(
        _ request: Request, _ context: EdgeContext,
        _ work: @Sendable (_ form: Query, _ workspace: String, _ caller: Caller) async throws -> Made?
    ) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        switch try await SettingsShell.outcome({ try await work(form, place.name, caller) }) {
        case .success(nil): return Site.redirect(to: place.base)
        case .success(let made): return try await page(place, caller, context, made: made)
        case .failure(let problem): return try await page(place, caller, context, typed: form, problem: problem)
        }
    }

    @Sendable private func add(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { form, workspace, caller in
            let call = caller.call(context)
            let grant = try await places.grant(form["role"], workspace: workspace, project: "", call)
            let who = form["who"]
            let found = try await gateway.backends.auth.findAccounts(.with { ($0.name, $0.email) = (who, who) }, call)
            guard let account = found.accounts.first else {
                throw Failure(
                    .notFound, "There is no account \"\(who.prefix(100))\". Invite them by a link instead.",
                    reason: "account_unknown")
            }
            try await set(grant, to: account.id, call)
            return nil
        }
    }

    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { form, workspace, caller in
            let call = caller.call(context)
            let id = try Data(idText: try context.part("id"), "account")
            let grant = try await places.grant(
                form["remove"].isEmpty ? form["role"] : "viewer", workspace: workspace, project: form["project"], call)
            guard !form["remove"].isEmpty else {
                try await set(grant, to: id, call)
                return nil
            }
            _ = try await gateway.backends.auth.removeGrant(
                .with { ($0.principalID, $0.workspaceID, $0.projectID) = (id, grant.workspaceID, grant.projectID) },
                call)
            if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
            return nil
        }
    }

    private func set(_ grant: GrantClaim, to id: Data, _ call: CallContext) async throws {
        _ = try await gateway.backends.auth.setGrant(.with { ($0.principalID, $0.grant) = (id, grant) }, call)
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
    }

    @Sendable private func invite(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { form, workspace, caller in
            let call = caller.call(context)
            let grant = try await places.grant(form["role"], workspace: workspace, project: "", call)
            let label = form["label"]
            let made = try await gateway.backends.auth.invite(.with { ($0.label, $0.grant) = (label, grant) }, call)
            let link = gateway.origin.base(of: request, context) + "/invite/" + made.token
            return Made(link: link, mailed: made.mailed ? label : nil)
        }
    }

    @Sendable private func withdraw(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { _, workspace, caller in
            let id = try Data(idText: try context.part("id"), "invitation")
            let place = try await places.workspace(workspace, caller.call(context))
            _ = try await gateway.backends.auth.withdrawInvitation(
                .with { ($0.workspaceID, $0.id) = (place, id) }, caller.call(context))
            return nil
        }
    }

    @Sendable private func createServiceAccount(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { form, workspace, caller in
            let call = caller.call(context)
            let grant = try await places.grant(form["role"], workspace: workspace, project: "", call)
            let asked = CreateServiceAccountRequest.with {
                ($0.workspaceID, $0.name, $0.grant) = (grant.workspaceID, form["name"], grant)
                $0.description_p = form["description"]
            }
            _ = try await gateway.backends.auth.createServiceAccount(asked, call)
            return nil
        }
    }

    @Sendable private func setActive(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { form, _, caller in
            let id = try Data(idText: try context.part("id"), "account")
            _ = try await gateway.backends.auth.setAccountActive(
                .with { ($0.id, $0.isActive) = (id, form["active"] == "yes") }, caller.call(context))
            return nil
        }
    }
}
