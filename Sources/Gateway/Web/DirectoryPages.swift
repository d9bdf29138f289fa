import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The form of a directory: its name and password, to sign in with or to join to one's account.
struct DirectoryPages: Sendable {
    let site: Site
    private var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.post("login/with/:provider", use: signIn)
        routes.post("settings/identities/:provider/join", use: join)
    }

    /// What somebody has typed, and where.
    private struct Attempt {
        let provider: String
        let name: String
        var problem: Failure?
    }

    func signInPage(of provider: String, _ label: String, next: String) throws(Failure) -> Response {
        try signInPage(Attempt(provider: provider, name: ""), label, next: next)
    }

    private func signInPage(_ attempt: Attempt, _ label: String, next: String) throws(Failure) -> Response {
        try page(
            attempt, caller: nil,
            [
                "title": "Sign in with \(label)", "label": label, "next": next, "button": "Sign in",
                "path": "/login/with/\(Link.escaped(attempt.provider))",
                "back": Link.query("/login", [("next", next == "/" ? "" : next)]), "backText": "Other ways to sign in",
            ])
    }

    func joinPage(of provider: String, _ label: String, _ caller: Caller) throws(Failure) -> Response {
        try joinPage(Attempt(provider: provider, name: ""), label, caller)
    }

    private func joinPage(_ attempt: Attempt, _ label: String, _ caller: Caller) throws(Failure) -> Response {
        try page(
            attempt, caller: caller,
            [
                "title": "Join \(label)", "label": label, "csrf": caller.csrfToken, "button": "Join",
                "path": "/settings/identities/\(Link.escaped(attempt.provider))/join", "back": "/settings/identities",
                "backText": "Back to your identities",
            ])
    }

    private func page(_ attempt: Attempt, caller: Caller?, _ members: [String: Any]) throws(Failure) -> Response {
        var model = members
        model["name"] = attempt.name
        let title = members["title"] as? String ?? ""
        return try site.form("login-directory", title: title, caller: caller, problem: attempt.problem, model)
    }

    @Sendable private func signIn(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let form = try await Site.form(request)
        let (pages, next) = (SessionPages(site: site), Link.local(form["next"]))
        let asked = try SignInAtDirectoryRequest.with {
            $0.providerID = try context.providerID("provider")
            ($0.name, $0.password) = (form["name"], form["password"])
            ($0.address, $0.client, $0.browser) = (context.address, pages.client(request), pages.browser(request))
        }
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        switch await SessionPages.outcome({ try await gateway.backends.auth.signInAtDirectory(asked, call) }) {
        case .success(let session) where session.token.isEmpty:
            return try pages.codePage(session.pendingToken, next: next)
        case .success(let session):
            let begun = BegunSession(token: session.token, expiresMs: session.expiresMs, browser: session.browser)
            return await pages.welcome(begun, to: next, request, context)
        case .failure(let failure):
            let attempt = Attempt(provider: try context.part("provider"), name: form["name"], problem: failure)
            return try signInPage(attempt, try await label(context), next: next)
        }
    }

    @Sendable private func join(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let asked = try JoinDirectoryRequest.with {
            $0.providerID = try context.providerID("provider")
            ($0.name, $0.password, $0.address) = (form["name"], form["password"], context.address)
        }
        let call = caller.call(context, deadline: SessionRoutes.signInWait)
        switch await SessionPages.outcome({ try await gateway.backends.auth.joinDirectory(asked, call) }) {
        case .success: return Site.redirect(to: "/settings/identities")
        case .failure(let failure) where failure.reason == "reauth_required":
            return Site.redirect(to: Link.query("/reauthenticate", [("next", "/settings/identities")]))
        case .failure(let failure):
            let attempt = Attempt(provider: try context.part("provider"), name: form["name"], problem: failure)
            return try joinPage(attempt, try await label(context), caller)
        }
    }

    /// Throws `.notFound` when nothing of that kind is offered.
    private func label(_ context: EdgeContext) async throws -> String {
        let id = try context.providerID("provider")
        let call = CallContext(deadline: .seconds(5), trace: context.requestID)
        let offers = try await gateway.backends.auth.offeredProviders(.init(), call).offers
        guard let offer = offers.first(where: { $0.id == id }) else { throw EdgeContext.noProvider }
        return offer.label
    }
}
