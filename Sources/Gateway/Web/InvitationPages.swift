import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/invite/{token}`: joining a workspace, with an account or a new one.
struct InvitationPages: Sendable {
    let site: Site
    private var gateway: Gateway { site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("invite/:token", use: show)
        routes.post("invite/:token", use: accept)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await page(request, context, proof: try Query(request)["mail"])
    }

    private func page(
        _ request: Request, _ context: EdgeContext, name: String = "", proof: String = "", problem: Failure? = nil
    ) async throws -> Response {
        let token = try context.part("token")
        let found = try await gateway.backends.auth.lookAtInvitation(
            .with { $0.token = token }, CallContext(deadline: .seconds(5), trace: context.requestID)
        ).invitation
        let caller = await visitor(request, context)
        var model: [String: Any] = [
            "token": Link.escaped(token), "by": found.invitedBy, "role": Role(found.grant.role)?.rawValue ?? "",
            "isProject": !found.grant.projectID.isEmpty, "name": name, "proof": proof, "csrf": caller?.csrfToken ?? "",
            "charactersMin": PasswordLength.charactersMin, "charactersMax": PasswordLength.charactersMax,
            "login": Link.query("/login", [("next", "/invite/" + token)]),
        ]
        if let caller { model["me"] = caller.name }
        return try site.form("invite", title: "Join a workspace", caller: caller, problem: problem, model)
    }

    /// Whoever is signed in; others are welcome here too.
    private func visitor(_ request: Request, _ context: EdgeContext) async -> Caller? {
        guard let caller = try? await site.visitors.reader(request, context), caller.bySession else { return nil }
        return caller
    }

    @Sendable private func accept(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let form = try await Site.form(request)
        let token = try context.part("token")
        if await visitor(request, context) != nil {
            let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
            _ = try await gateway.backends.auth.acceptInvitation(.with { $0.token = token }, caller.call(context))
            gateway.authenticator.forget(caller.principal)
            return Site.redirect(to: "/")
        }
        guard form["password"] == form["again"] else {
            return try await page(
                request, context, name: form["name"], proof: form["mail"],
                problem: Failure(.invalid, "The two passwords differ."))
        }
        let asked = AcceptInvitationRequest.with {
            ($0.token, $0.name, $0.password) = (token, form["name"], form["password"])
            $0.mailProof = form["mail"]
            ($0.address, $0.client) = (context.address, String((request.headers[.userAgent] ?? "").prefix(200)))
            $0.browser = BrowserCookie.token(of: request, config: gateway.config)
        }
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        switch await SessionPages.outcome({ try await gateway.backends.auth.acceptInvitation(asked, call) }) {
        case .success(let joined):
            var response = Site.redirect(to: "/")
            let begun = BegunSession(token: joined.sessionToken, expiresMs: joined.expiresMs, browser: joined.browser)
            await gateway.replaceSession(of: request, by: begun, in: &response, context)
            return response
        case .failure(let problem) where problem.reason == "token_unknown": throw problem
        case .failure(let problem):
            return try await page(request, context, name: form["name"], proof: form["mail"], problem: problem)
        }
    }
}
