import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// The part of a provider's page where its SCIM tokens are made, replaced and revoked.
struct ProvisioningPages: Sendable {
    let shell: SettingsShell
    private var site: Site { shell.site }
    private var auth: AuthClient { site.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.post("admin/providers/:id/scim-tokens", use: create)
        routes.post("admin/providers/:id/scim-tokens/:token/replace", use: replace)
        routes.post("admin/providers/:id/scim-tokens/:token/revoke", use: revoke)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let id = try context.providerID("id")
        let outcome = try await SettingsShell.outcome {
            let asked = CreateProvisioningKeyRequest.with {
                ($0.providerID, $0.name) = (id, form["name"])
                $0.addressRanges = form["ranges"].split(whereSeparator: { ", \r\n".contains($0) }).map(String.init)
            }
            return try await auth.createProvisioningKey(asked, caller.call(context))
        }
        return try await answer(outcome, caller, request, context)
    }

    /// The one before works on for a day.
    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        let (id, token) = (try context.providerID("id"), try Data(idText: try context.part("token"), "token"))
        let outcome = try await SettingsShell.outcome {
            try await auth.replaceProvisioningKey(
                .with { ($0.providerID, $0.id, $0.graceMs) = (id, token, 86_400_000) }, caller.call(context))
        }
        return try await answer(outcome, caller, request, context)
    }

    private func answer(
        _ outcome: Result<CreateKeyResponse, Failure>, _ caller: Caller, _ request: Request, _ context: EdgeContext
    ) async throws -> Response {
        let pages = ProviderAdminPages(site: site)
        let provider = try await pages.find(caller, context)
        switch outcome {
        case .success(let made): return try await pages.page(provider, caller, request, context, secret: made.secret)
        case .failure(let problem): return try await pages.page(provider, caller, request, context, problem: problem)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        let (id, token) = (try context.providerID("id"), try Data(idText: try context.part("token"), "token"))
        try await auth.revokeProvisioningKey(.with { ($0.providerID, $0.id) = (id, token) }, caller.call(context))
        return Site.redirect(to: "/admin/providers/" + id.idText)
    }
}

/// What a provider's page tells of its tokens.
struct ProvisioningModel: Sendable {
    static func members(_ standing: ListProvisioningKeysResponse, base: String, secret: String?) -> [String: Any] {
        let lines = standing.keys.map { KeyLine($0) }
        var members: [String: Any] = [
            "scimURL": base + "/scim/v2", "scimUsers": Int(standing.users), "scimGroups": Int(standing.groups),
            "tokens": lines, "hasTokens": !lines.isEmpty,
        ]
        members["secret"] = secret
        return members
    }
}
