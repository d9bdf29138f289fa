import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import QRCode
import SwiftProtobuf
import WireMessages

/// `/settings/security`: the second factor and the password of who looks at it.
struct SecurityPage: Sendable {
    static let path = "/settings/security"

    let site: Site
    var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("settings/security", use: show)
        routes.post("settings/security/enrol", use: begin)
        routes.post("settings/security/confirm", use: confirm)
        routes.post("settings/security/recovery-codes", use: renewCodes)
        routes.post("settings/security/remove", use: remove)
        routes.post("settings/security/password", use: changePassword)
        routes.post("settings/security/policy", use: setPolicy)
        routes.post("settings/security/email", use: changeEmail)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        return try await page(caller, context, said: Query(request)["said"])
    }

    private static let sayings = [
        "password": "Your password was changed. All your other sessions have ended.",
        "removed": "Your second factor was removed.",
        "email": "A link is on the way. Open it to confirm the address.",
        "policy": "From now on this is asked for.",
    ]

    func page(
        _ caller: Caller, _ context: EdgeContext, said: String = "", problem: Failure? = nil, of part: String = ""
    ) async throws -> Response {
        let factor = try await gateway.backends.auth.showFactor(.init(), caller.call(context))
        var model: [String: Any] = [
            "csrf": caller.csrfToken, "name": caller.name, "enrolled": factor.enrolled,
            "codesLeft": Int(factor.recoveryCodesLeft), "isDue": factor.required && !factor.enrolled,
            "fewCodes": factor.enrolled && factor.recoveryCodesLeft < 3,
            "charactersMin": PasswordLength.charactersMin, "charactersMax": PasswordLength.charactersMax,
        ]
        model.merge(await email(of: caller, context)) { _, new in new }
        model["since"] = Moment(factor.sinceMs)
        model["said"] = Self.sayings[said]
        if let problem { model[part + "Problem"] = problem.message }
        let rules = await FactorRules(gateway: gateway, caller: caller, context: context).all()
        (model["rules"], model["hasRules"]) = (rules, !rules.isEmpty)
        let status = problem.map(HTTPStatus.status(for:)) ?? .ok
        return try await SettingsShell(site: site).page(
            "security", title: "Security", path: Self.path, caller: caller, context, status: status, model)
    }

    private static let crumbs = [Crumb(text: "Security", href: path)]

    /// The QR picture, the secret, and the field for the first code.
    @Sendable private func begin(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, _) = try await writer(request, context)
        let begun = try await gateway.backends.auth.beginFactor(.init(), caller.call(context))
        return try enrolment(caller, uri: begun.uri)
    }

    /// `uri` comes back with the form, since nobody can read it from the server again.
    private func enrolment(_ caller: Caller, uri: String, problem: Failure? = nil) throws -> Response {
        guard uri.hasPrefix("otpauth://totp/"), uri.utf8.count <= 1000, let code = QRCode(uri) else {
            throw Failure(.invalid, "Begin setting up the authenticator again.", reason: "field_invalid")
        }
        let secret = URLComponents(string: uri)?.queryItems?.first { $0.name == "secret" }?.value ?? ""
        var model: [String: Any] = [
            "csrf": caller.csrfToken, "uri": uri, "secret": Self.inGroups(secret),
            "picture": "data:image/svg+xml;base64," + Data(code.svg.utf8).base64EncodedString(),
        ]
        model["problem"] = problem?.message
        let status = problem.map(HTTPStatus.status(for:)) ?? .ok
        return try site.page(
            "security-enrol", title: "Set up an authenticator", crumbs: Self.crumbs, caller: caller, status: status,
            model)
    }

    /// Fours are easier to type.
    private static func inGroups(_ secret: String) -> String {
        let letters = Array(secret)
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
            .joined(separator: " ")
    }

    @Sendable private func confirm(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, form) = try await writer(request, context)
        let (code, address) = (form["code"], context.address)
        let confirming = await SessionPages.outcome {
            try await gateway.backends.auth.confirmFactor(
                .with { ($0.code, $0.address) = (code, address) }, caller.call(context))
        }
        switch confirming {
        case .success(let given):
            gateway.authenticator.forget(caller.principal)
            return try codes(given, caller)
        case .failure(let failure) where failure.reason == "second_factor_refused":
            return try enrolment(caller, uri: form["uri"], problem: failure)
        case .failure(let failure): throw failure
        }
    }

    @Sendable private func renewCodes(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, _) = try await writer(request, context)
        let address = context.address
        let given = try await gateway.backends.auth.renewRecoveryCodes(
            .with { $0.address = address }, caller.call(context))
        return try codes(given, caller)
    }

    private func codes(_ given: RecoveryCodesResponse, _ caller: Caller) throws -> Response {
        try site.page(
            "security-codes", title: "Recovery codes", crumbs: Self.crumbs, caller: caller,
            ["codes": given.codes, "name": caller.name])
    }

    @Sendable private func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, _) = try await writer(request, context)
        let address = context.address
        _ = try await gateway.backends.auth.removeFactor(.with { $0.address = address }, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Site.redirect(to: Self.path + "?said=removed")
    }

    @Sendable private func changePassword(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, form) = try await writer(request, context)
        guard form["password"] == form["again"] else {
            let problem = Failure(.invalid, "The two passwords differ.")
            return try await page(caller, context, problem: problem, of: "password")
        }
        let (passwords, address) = ((form["current"], form["password"]), context.address)
        let call = caller.call(context, deadline: SessionRoutes.signInWait)
        let changing = await SessionPages.outcome {
            try await gateway.backends.auth.changePassword(
                .with { ($0.current, $0.password, $0.address) = (passwords.0, passwords.1, address) }, call)
        }
        switch changing {
        case .success:
            gateway.authenticator.forget(caller.principal)
            return Site.redirect(to: Self.path + "?said=password")
        case .failure(let failure) where failure.reason.hasPrefix("password_") || failure.code == .exhausted:
            return try await page(caller, context, problem: failure, of: "password")
        case .failure(let failure): throw failure
        }
    }

    /// Of the instance or, with its name, of a workspace.
    @Sendable private func setPolicy(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, form) = try await writer(request, context)
        let setting = await SessionPages.outcome {
            try await FactorRules(gateway: gateway, caller: caller, context: context)
                .set(form["required_of"], in: form["workspace"])
        }
        switch setting {
        case .success: return Site.redirect(to: Self.path + "?said=policy")
        case .failure(let failure) where failure.code == .conflict:
            return try await page(caller, context, problem: failure, of: "policy")
        case .failure(let failure): throw failure
        }
    }

    func writer(_ request: Request, _ context: EdgeContext) async throws -> (Caller, Query) {
        let body = try await RequestBytes.collect(request, bytesMax: SessionRoutes.bodyBytesMax)
        let form = try Query(String(buffer: body))
        return (try await site.visitors.writer(request, context, formToken: form["csrf"]), form)
    }
}
