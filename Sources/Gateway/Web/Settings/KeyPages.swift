import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/keys`: the keys of oneself or, with `?owner=`, of a service account.
struct KeyPages: Sendable {
    static let path = "/settings/keys"
    private static let lives: [(String, Int64)] = [("30", 30), ("90", 90), ("365", 365)]

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("settings") { _, _ in Site.redirect(to: Self.path) }
        routes.get("settings/keys", use: show)
        routes.post("settings/keys", use: create)
        routes.post("settings/keys/:id/revoke", use: revoke)
        routes.post("settings/keys/:id/replace", use: replace)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        return try await page(owner: try Query(request)["owner"], caller, context)
    }

    private func page(
        owner: String, _ caller: Caller, _ context: EdgeContext, made: CreateKeyResponse? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let id = owner.isEmpty ? Data() : try Data(idText: owner, "account")
        let keys = try await gateway.backends.auth.listKeys(.with { $0.ownerID = id }, call).keys
        let names = try await KeyNames(keys, Places(gateway: gateway), call)
        var model: [String: Any] = [
            "owner": owner, "keys": keys.map { KeyLine($0, names) }, "hasKeys": !keys.isEmpty,
            "actions": ActionText.grid(Action.allCases, chosen: []), "isService": !owner.isEmpty,
        ]
        if !owner.isEmpty {
            let found = try await gateway.backends.auth.findAccounts(.with { $0.ids = [id] }, call).accounts.first
            model["ownerName"] = found?.name ?? "a service account"
        }
        model["secret"] = made?.secret
        return try await shell.page(
            "settings-keys", title: owner.isEmpty ? "API keys" : "Keys of a service account", path: Self.path,
            caller: caller, context, problem: problem, model)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let call = caller.call(context)
        let owner = form["owner"]
        let outcome = try await SettingsShell.outcome {
            var limits = KeyLimitsClaim()
            limits.actions = form.all("actions")
            for name in Self.list(form["projects"]) {
                limits.projectIds.append(try await Places(gateway: gateway).project(path: name, call))
            }
            let asked = try CreateKeyRequest.with {
                $0.name = form["name"]
                $0.expiresMs = Self.expiry(days: Self.lives.first { $0.0 == form["days"] }?.1 ?? 90)
                $0.addressRanges = Self.list(form["ranges"])
                if !owner.isEmpty { $0.ownerID = try Data(idText: owner, "account") }
                if limits != KeyLimitsClaim() { $0.limits = limits }
            }
            return try await gateway.backends.auth.createKey(asked, call)
        }
        return try await answer(outcome, owner: owner, caller, context)
    }

    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "key")
        let outcome = try await SettingsShell.outcome {
            try await gateway.backends.auth.replaceKey(
                .with { ($0.id, $0.graceMs) = (id, 86_400_000) }, caller.call(context))
        }
        return try await answer(outcome, owner: form["owner"], caller, context)
    }

    private func answer(
        _ outcome: Result<CreateKeyResponse, Failure>, owner: String, _ caller: Caller, _ context: EdgeContext
    ) async throws -> Response {
        switch outcome {
        case .success(let made): try await page(owner: owner, caller, context, made: made)
        case .failure(let problem): try await page(owner: owner, caller, context, problem: problem)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "key")
        _ = try await gateway.backends.auth.revokeKey(.with { $0.id = id }, caller.call(context))
        return Site.redirect(to: Link.query(Self.path, [("owner", form["owner"])]))
    }

    /// What stands in a field between commas and spaces.
    private static func list(_ field: String) -> [String] {
        field.split(whereSeparator: { ", \n\r".contains($0) }).map(String.init)
    }

    private static func expiry(days: Int64) -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000) + days * 86_400_000
    }
}
