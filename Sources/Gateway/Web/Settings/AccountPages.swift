import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/admin/accounts`: people, as administrators of the instance see to them.
struct AccountPages: Sendable {
    struct Line {
        let id: String
        let name: String
        let email: String
        let roles: [MemberPages.Choice]
        /// Roles that a provider's groups bring, which nobody changes here.
        let through: [String]
        let state: String?
        let isActive: Bool
        let isSelf: Bool
        let hasFactor: Bool
        let seen: Moment?
    }

    static let path = "/admin/accounts"
    private static let roles: [Role] = [.instanceUser, .instanceAuditor, .instanceAdmin]

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("admin/accounts", use: show)
        routes.post("admin/accounts", use: create)
        routes.post("admin/accounts/:id", use: change)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        let query = try Query(request)
        return try await page(caller, context, text: query["text"], after: query["after"])
    }

    private func page(
        _ caller: Caller, _ context: EdgeContext, text: String = "", after: String = "", link: String? = nil,
        mailed: String? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let found = try await gateway.backends.auth.listAccounts(
            .with { ($0.text, $0.after, $0.limit) = (text, after, 100) }, caller.call(context))
        let people = found.accounts.filter { $0.kind == .person }
        let held = try await gateway.backends.auth.listMembers(.init(), caller.call(context)).members
        let brought = Dictionary(grouping: held.filter { !$0.provider.isEmpty }, by: \.principalID)
        var model: [String: Any] = [
            "text": text, "accounts": people.map { Self.line($0, brought[$0.id] ?? [], caller) },
            "hasAccounts": !people.isEmpty,
        ]
        if !found.next.isEmpty { model["next"] = Link.query(Self.path, [("text", text), ("after", found.next)]) }
        (model["link"], model["mailed"]) = (link, mailed)
        return try await shell.page(
            "settings-accounts", title: "Accounts", path: Self.path, caller: caller, context, problem: problem, model)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let outcome = try await SettingsShell.outcome {
            try await gateway.backends.auth.createAccount(
                .with { ($0.name, $0.email) = (form["name"], form["email"]) }, caller.call(context))
        }
        switch outcome {
        case .success(let made):
            let link = gateway.origin.base(of: request, context) + "/setup/" + made.setupToken
            return try await page(caller, context, link: link, mailed: made.mailed ? form["email"] : nil)
        case .failure(let problem): return try await page(caller, context, problem: problem)
        }
    }

    /// `do` is what its button says: role, deactivate, reactivate, reset, or factor: the second one is taken away.
    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "account")
        let (call, auth) = (caller.call(context), gateway.backends.auth)
        let address = context.address
        let outcome = try await SettingsShell.outcome { () async throws -> String? in
            switch form["do"] {
            case "factor":
                _ = try await auth.removeFactor(.with { ($0.accountID, $0.address) = (id, address) }, call)
            case "reset":
                let made = try await auth.createResetLink(.with { $0.id = id }, call)
                return gateway.origin.base(of: request, context) + "/setup/" + made.token
            case "deactivate", "reactivate":
                let isActive = form["do"] == "reactivate"
                _ = try await auth.setAccountActive(.with { ($0.id, $0.isActive) = (id, isActive) }, call)
            default:
                guard let role = Self.roles.first(where: { $0.rawValue == form["role"] }) else {
                    throw Failure(.invalid, "There is no such role on the instance.", reason: "role_unknown")
                }
                let asked = SetGrantRequest.with { ($0.principalID, $0.grant.role) = (id, role.claim) }
                _ = try await auth.setGrant(asked, call)
            }
            return nil
        }
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
        switch outcome {
        case .success(nil): return Site.redirect(to: Self.path)
        case .success(let link): return try await page(caller, context, link: link)
        case .failure(let problem): return try await page(caller, context, problem: problem)
        }
    }

    private static func line(_ account: AccountRecord, _ brought: [MemberRecord], _ caller: Caller) -> Line {
        let role = Role(account.instanceRole)
        return Line(
            id: account.id.idText, name: account.name, email: account.email,
            roles: roles.map { MemberPages.Choice(name: $0.rawValue, isChosen: $0 == role) },
            through: brought.map { "\($0.roleText) through \($0.provider)" },
            state: account.deactivatedMs > 0 ? "out of use" : account.hasPassword_p ? nil : "no password yet",
            isActive: account.deactivatedMs == 0, isSelf: account.id == Data(caller.principal.bytes),
            hasFactor: account.hasSecondFactor_p, seen: Moment(account.lastSeenMs))
    }
}
