import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/accounts`: people, as administrators of the instance see to them, and `/service-accounts`.
struct AccountRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    private var places: Places { Places(gateway: gateway) }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("accounts", use: list)
        routes.post("accounts", use: create)
        routes.patch("accounts/:id", use: change)
        routes.post("accounts/:id/reset-link", use: resetLink)
        routes.get("service-accounts", use: listServiceAccounts)
        routes.post("service-accounts", use: createServiceAccount)
    }

    /// `?text=` finds in names and addresses; `?after=` is the answer's `next`.
    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let query = try Query(request)
        let page = try await gateway.backends.auth.listAccounts(
            .with {
                ($0.after, $0.text) = (query["after"], query["text"])
                $0.limit = UInt32(query["limit"]) ?? 0
            }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("accounts")
                writer.array(page.accounts.filter { $0.kind == .person }) { $0.account($1) }
                writer.member("next", page.next)
            }
        }
    }

    /// The link sets the first password; it works once.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let account = try (name: body.string("name"), email: body.text("email"))
        let made = try await gateway.backends.auth.createAccount(
            .with { ($0.name, $0.email) = account }, caller.call(context))
        let link = gateway.origin.base(of: request, context) + "/setup/" + made.setupToken
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.member("id", made.id.idText)
                writer.member("name", account.name)
                writer.member("setup_link", link)
                writer.member("mailed", made.mailed)
            }
        }
    }

    /// `active` puts a person or service account out of use or back into it; `role` is a person's on the instance.
    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "account")
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let (isActive, role) = try (body.boolIfAny("active"), body.text("role"))
        guard isActive != nil || !role.isEmpty else {
            throw Failure(.invalid, "Nothing to change: there is neither active nor role.", reason: "field_invalid")
        }
        if !role.isEmpty {
            guard let known = Role(rawValue: role), !Role.scoped.contains(known), known != .custom else {
                throw Failure(
                    .invalid, "On the instance there are instanceUser, instanceAuditor and instanceAdmin.",
                    reason: "role_unknown")
            }
            let request = SetGrantRequest.with {
                $0.principalID = id
                $0.grant.role = known.claim
            }
            _ = try await gateway.backends.auth.setGrant(request, caller.call(context))
        }
        if let isActive {
            let request = SetAccountActiveRequest.with { ($0.id, $0.isActive) = (id, isActive) }
            _ = try await gateway.backends.auth.setAccountActive(request, caller.call(context))
        }
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func resetLink(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "account")
        let made = try await gateway.backends.auth.createResetLink(.with { $0.id = id }, caller.call(context))
        let link = gateway.origin.base(of: request, context) + "/setup/" + made.token
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.member("reset_link", link)
                writer.time("expires_ms", made.expiresMs)
            }
        }
    }

    /// Of `?workspace=`, or those of the instance.
    @Sendable private func listServiceAccounts(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let home = try await places.home(try Query(request)["workspace"], caller.call(context))
        let found = try await gateway.backends.auth.listAccounts(.with { $0.workspaceID = home }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("service_accounts")
                writer.array(found.accounts.filter { $0.kind == .serviceAccount }) { $0.account($1) }
            }
        }
    }

    /// With `role`, it may that in its workspace at once.
    @Sendable private func createServiceAccount(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let call = caller.call(context)
        let (workspace, role) = try (body.text("workspace"), body.text("role"))
        let home = try await places.home(workspace, call)
        let grant = role.isEmpty ? nil : try await places.grant(role, workspace: workspace, project: "", call)
        let asked = try CreateServiceAccountRequest.with {
            ($0.workspaceID, $0.name, $0.description_p) = try (home, body.string("name"), body.text("description"))
            if let grant { $0.grant = grant }
        }
        let made = try await gateway.backends.auth.createServiceAccount(asked, call)
        return Reply.json(status: .created) { $0.object { $0.member("id", made.id.idText) } }
    }
}

extension JSONWriter {
    mutating func account(_ account: AccountRecord) {
        object { writer in
            writer.member("id", account.id.idText)
            writer.member("name", account.name)
            if account.kind == .person {
                writer.member("email", account.email)
                writer.member("role", Role(account.instanceRole)?.rawValue ?? "")
                writer.member("has_password", account.hasPassword_p)
            } else {
                writer.member("description", account.description_p)
                if account.kind == .group {
                    writer.member("members", Int64(account.members))
                    if !account.provider.isEmpty { writer.member("provider", account.provider) }
                }
            }
            writer.time("created_ms", account.createdMs)
            writer.time("last_seen_ms", account.lastSeenMs)
            writer.member("active", account.deactivatedMs == 0)
        }
    }
}
