import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/trusts?owner=`: whose tokens, of a CI service for instance, are worth a short key of a service account.
struct TrustPages: Sendable {
    struct Line {
        let id: String
        let name: String
        let issuer: String
        let audience: String
        let claims: [String]
        let may: String
        let minutes: Int64
        let used: Moment?
    }

    struct Claim {
        let claim: String
        let pattern: String
        let number: Int
    }

    static let path = "/settings/trusts"
    private static let claimRows = 3
    private static let minutesUsual: Int64 = 60
    private static let fields = ["name", "issuer", "audience", "claims", "minutes", "actions"]

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("settings/trusts", use: show)
        routes.post("settings/trusts", use: create)
        routes.post("settings/trusts/:id/remove", use: remove)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        return try await page(of: try Query(request).required("owner"), request, caller, context)
    }

    private func page(
        of owner: String, _ request: Request, _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil,
        problem: Failure? = nil
    ) async throws -> Response {
        let (call, account) = (caller.call(context), try Data(idText: owner, "account"))
        let trusts = try await gateway.backends.auth.listTrusts(.with { $0.accountID = account }, call).trusts
        let found = try await gateway.backends.auth.findAccounts(.with { $0.ids = [account] }, call).accounts.first
        let base = gateway.origin.base(of: request, context)
        let model: [String: Any] = [
            "owner": owner, "ownerName": found?.name ?? "a service account", "trusts": trusts.map(Self.line),
            "hasTrusts": !trusts.isEmpty, "base": base, "name": form?["name"] ?? "", "issuer": form?["issuer"] ?? "",
            "audience": form?["audience"] ?? base, "minutes": form?["minutes"] ?? String(Self.minutesUsual),
            "claims": Self.claims(form),
            "actions": ActionText.grid(Action.allCases, chosen: form?.all("actions") ?? []),
        ]
        return try await shell.page(
            "settings-trusts", title: "Keyless access", path: KeyPages.path,
            trail: [
                Crumb(text: "Keys", href: Link.query(KeyPages.path, [("owner", owner)])),
                Crumb(text: "Keyless access", href: Link.query(Self.path, [("owner", owner)])),
            ],
            caller: caller, context, problem: problem, beside: problem?.field(among: Self.fields), model)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let owner = form["owner"]
        let outcome = try await SettingsShell.outcome {
            guard let minutes = Int64(form["minutes"]), minutes < 100_000 else {
                throw Failure(.invalid, "Say for how many minutes a key works.", reason: "expiry_invalid")
            }
            let trust = try TrustRecord.with {
                $0.accountID = try Data(idText: owner, "account")
                ($0.label, $0.issuer, $0.audience) = (form["name"], form["issuer"], form["audience"])
                ($0.actions, $0.keySeconds) = (form.all("actions"), minutes * 60)
                $0.rules = Self.rules(form)
            }
            return try await gateway.backends.auth.createTrust(.with { $0.trust = trust }, caller.call(context))
        }
        switch outcome {
        case .success: return Site.redirect(to: Link.query(Self.path, [("owner", owner)]))
        case .failure(let problem):
            return try await page(of: owner, request, caller, context, typed: form, problem: problem)
        }
    }

    @Sendable private func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "rule")
        _ = try await gateway.backends.auth.deleteTrust(.with { $0.id = id }, caller.call(context))
        return Site.redirect(to: Link.query(Self.path, [("owner", form["owner"])]))
    }
}

extension TrustPages {
    fileprivate static func line(_ trust: TrustRecord) -> Line {
        Line(
            id: trust.id.idText, name: trust.label, issuer: trust.issuer, audience: trust.audience,
            claims: trust.rules.map { "\($0.claim) = \($0.pattern)" },
            may: trust.actions.isEmpty ? "all that the account may" : trust.actions.joined(separator: ", "),
            minutes: trust.keySeconds / 60, used: Moment(trust.lastUsedMs))
    }

    /// What was typed, or a first claim to begin with; rows beyond are empty.
    fileprivate static func claims(_ form: Query?) -> [Claim] {
        let (names, patterns) = (form?.all("claim") ?? ["sub"], form?.all("pattern") ?? [""])
        return (0..<max(claimRows, names.count)).map { row in
            Claim(
                claim: row < names.count ? names[row] : "", pattern: row < patterns.count ? patterns[row] : "",
                number: row + 1)
        }
    }

    /// Rows that are empty ask for nothing.
    fileprivate static func rules(_ form: Query) -> [TrustRecord.Rule] {
        zip(form.all("claim"), form.all("pattern")).filter { !$0.isEmpty || !$1.isEmpty }.map { claim, pattern in
            .with { ($0.claim, $0.pattern) = (claim, pattern) }
        }
    }
}
