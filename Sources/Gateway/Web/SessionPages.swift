import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// Signing in and out, and the one-time link of a new account.
struct SessionPages: Sendable {
    let site: Site
    private let offers: SignInOffers
    var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
        offers = SignInOffers(auth: site.gateway.backends.auth)
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("login", use: showLogin)
        routes.post("login", use: login)
        routes.get("login/code", use: showLogin)
        routes.post("login/code", use: finish)
        routes.get("reauthenticate", use: showReauthenticate)
        routes.post("reauthenticate", use: reauthenticate)
        routes.post("logout", use: logout)
        routes.get("setup/:token", use: showSetup)
        routes.post("setup/:token", use: setup)
    }

    @Sendable private func showLogin(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await loginPage(next: Link.local(Query(request)["next"]))
    }

    func loginPage(next: String, name: String = "", problem: Failure? = nil) async throws -> Response {
        let offers = await offers.links(next: next)
        var model: [String: Any] = ["next": next, "name": name, "offers": offers, "hasOffers": !offers.isEmpty]
        model["canReset"] = await self.offers.resetsByMail()
        return try site.form("login", title: "Sign in", caller: nil, problem: problem, model)
    }

    @Sendable private func login(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let form = try await Site.form(request)
        let next = Link.local(form["next"])
        let attempt = SignInRequest.with {
            ($0.name, $0.password) = (form["name"], form["password"])
            ($0.address, $0.client, $0.browser) = (context.address, client(request), browser(request))
        }
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        switch await Self.outcome({ try await gateway.backends.auth.signIn(attempt, call) }) {
        case .success(let session) where session.token.isEmpty: return try codePage(session.pendingToken, next: next)
        case .success(let session):
            let begun = BegunSession(token: session.token, expiresMs: session.expiresMs, browser: session.browser)
            return await welcome(begun, to: next, request, context)
        case .failure(let failure): return try await loginPage(next: next, name: form["name"], problem: failure)
        }
    }

    /// What a form shall say again beside its fields, rather than a page of its own.
    static func outcome<T: Sendable>(_ body: () async throws -> T) async -> Result<T, Failure> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error as? Failure ?? Failure(.bug, "Something went wrong here."))
        }
    }

    @Sendable private func logout(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        _ = try await site.visitors.writer(request, context, formToken: form["csrf"])
        var there = ""
        if let token = SessionCookie.token(of: request, config: gateway.config) {
            let call = CallContext(deadline: .seconds(5), trace: context.requestID)
            there = try await gateway.backends.auth.signOut(.with { $0.token = token }, call).url
            gateway.authenticator.forget(session: token)
        }
        var response = there.isEmpty ? Site.redirect(to: "/login") : try site.goingOn(to: there, caller: nil)
        response.headers[.setCookie] = SessionCookie.cleared(config: gateway.config)
        return response
    }

    @Sendable private func showSetup(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try setupPage(try context.part("token"), proof: try Query(request)["mail"], problem: nil)
    }

    /// `proof` stands in links that came by mail, and goes with the form.
    private func setupPage(_ token: String, proof: String, problem: Failure?) throws -> Response {
        let model: [String: Any] = [
            "token": Link.escaped(token), "proof": proof, "charactersMin": PasswordLength.charactersMin,
            "charactersMax": PasswordLength.charactersMax,
        ]
        return try site.form("setup", title: "Choose a password", caller: nil, problem: problem, model)
    }

    @Sendable private func setup(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let token = try context.part("token")
        let form = try await Site.form(request)
        guard form["password"] == form["again"] else {
            let problem = Failure(.invalid, "The two passwords differ.")
            return try setupPage(token, proof: form["mail"], problem: problem)
        }
        let attempt = SetPasswordByTokenRequest.with {
            ($0.token, $0.password, $0.mailProof) = (token, form["password"], form["mail"])
            ($0.address, $0.client, $0.browser) = (context.address, client(request), browser(request))
        }
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        switch await Self.outcome({ try await gateway.backends.auth.setPasswordByToken(attempt, call) }) {
        case .success(let session) where session.sessionToken.isEmpty:
            return try codePage(session.pendingToken, next: "/")
        case .success(let session):
            let begun = BegunSession(
                token: session.sessionToken, expiresMs: session.expiresMs, browser: session.browser)
            return await welcome(begun, to: "/", request, context)
        case .failure(let failure): return try setupPage(token, proof: form["mail"], problem: failure)
        }
    }

    func welcome(
        _ begun: BegunSession, to path: String, _ request: Request, _ context: EdgeContext
    ) async -> Response {
        var response = Site.redirect(to: path)
        await gateway.replaceSession(of: request, by: begun, in: &response, context)
        return response
    }

    func browser(_ request: Request) -> String {
        BrowserCookie.token(of: request, config: gateway.config)
    }

    func client(_ request: Request) -> String {
        String((request.headers[.userAgent] ?? "").prefix(200))
    }
}
