import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// Signing in through a provider, and one's own identities.
struct ProviderPages: Sendable {
    /// Discovery, keys, the code's exchange and the user's claims: each has its own bound.
    private static let wait: Duration = .seconds(30)

    let site: Site
    private var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("login/with/:provider", use: depart)
        routes.get("login/callback/:provider", use: arrive)
        routes.get("settings/identities", use: identities)
        routes.post("settings/identities/:provider/link", use: link)
        routes.post("settings/identities/:provider/remove", use: remove)
    }

    /// A link and no form: the browser goes on to another site, which a form of ours may not. It changes nothing but
    /// which sign-in this browser is in, and other sites may not even do that.
    @Sendable private func depart(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let next = Link.local(try Query(request)["next"])
        let q = try BeginProviderSignInRequest.with {
            $0.providerID = try context.providerID("provider")
            ($0.next, $0.address) = (next, context.address)
        }
        let departure = try await gateway.backends.auth.beginProviderSignIn(
            q, CallContext(deadline: Self.wait, trace: context.requestID))
        guard departure.formLabel.isEmpty else {
            return try DirectoryPages(site: site).signInPage(
                of: try context.part("provider"), departure.formLabel, next: next)
        }
        var response = Site.redirect(to: departure.url)
        response.headers[.setCookie] = SignInCookie.made(departure.browserToken, config: gateway.config)
        return response
    }

    /// The browser is back. The code in the address is spent by now, and of no use to who reads it in a history.
    @Sendable private func arrive(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let query = try Query(request)
        let caller = await present(request, context)
        let q = try FinishProviderSignInRequest.with {
            $0.providerID = try context.providerID("provider")
            $0.browserToken = SignInCookie.token(of: request, config: gateway.config) ?? ""
            ($0.state, $0.code) = (query.once("state"), query.once("code"))
            ($0.issuer, $0.hasIssuer_p) = (query.once("iss"), query.has("iss"))
            ($0.error, $0.address) = (query.once("error"), context.address)
            $0.client = String((request.headers[.userAgent] ?? "").prefix(200))
        }
        let call = CallContext(access: caller?.access ?? [], deadline: Self.wait, trace: context.requestID)
        var response: Response
        do throws(Failure) {
            let outcome = try await gateway.backends.auth.finishProviderSignIn(q, call)
            let next = Link.local(outcome.next)
            response =
                try outcome.pendingToken.isEmpty
                ? Site.redirect(to: next) : SessionPages(site: site).codePage(outcome.pendingToken, next: next)
            if !outcome.token.isEmpty {
                let begun = BegunSession(token: outcome.token, expiresMs: outcome.expiresMs)
                await gateway.replaceSession(of: request, by: begun, in: &response, context)
            }
        } catch {
            guard error.code != .bug else { throw error }
            response = try refused(error, caller, context)
        }
        response.headers.append(HTTPField(name: .setCookie, value: SignInCookie.cleared(config: gateway.config)))
        return response
    }

    private func refused(_ failure: Failure, _ caller: Caller?, _ context: EdgeContext) throws(Failure) -> Response {
        try site.page(
            "sign-in-refused", title: caller == nil ? "You are not signed in" : "Nothing was joined", caller: caller,
            status: HTTPStatus.status(for: failure),
            [
                "message": failure.message, "request": context.requestID,
                "back": caller == nil ? "/login" : "/settings/identities",
                "backText": caller == nil ? "Back to signing in" : "Back to your identities",
            ])
    }

    /// Who is signed in already, if anybody is.
    private func present(_ request: Request, _ context: EdgeContext) async -> Caller? {
        guard let token = SessionCookie.token(of: request, config: gateway.config) else { return nil }
        return try? await gateway.authenticator.caller(session: token, request, context)
    }

    private struct Row {
        let id: String
        let label: String
        let subject: String?
        let shown: String
        let since: Moment?
        let last: Moment?
    }

    @Sendable private func identities(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await page(try await site.visitors.reader(request, context), context)
    }

    private func page(_ caller: Caller, _ context: EdgeContext, problem: Failure? = nil) async throws -> Response {
        let call = caller.call(context)
        let mine = try await gateway.backends.auth.listIdentities(.init(), call).identities
        let offers = try await gateway.backends.auth.offeredProviders(.init(), call).offers
        let joined = mine.map { identity in
            let shown = [identity.name, identity.email].filter { !$0.isEmpty }.joined(separator: ", ")
            return Row(
                id: ID<ProviderRecord>(bytes: identity.providerID)?.text ?? "", label: identity.provider,
                subject: identity.subject, shown: shown, since: Moment(identity.linkedMs),
                last: Moment(identity.lastSignInMs))
        }
        let free = offers.filter { offer in !mine.contains { $0.providerID == offer.id } }.map { offer in
            Row(
                id: ID<ProviderRecord>(bytes: offer.id)?.text ?? "", label: offer.label, subject: nil, shown: "",
                since: nil,
                last: nil)
        }
        let model: [String: Any] = [
            "joined": joined, "free": free, "hasJoined": !joined.isEmpty, "hasFree": !free.isEmpty,
            "csrf": caller.csrfToken,
        ]
        return try await SettingsShell(site: site).page(
            "settings-identities", title: "Identities", path: "/settings/identities", caller: caller, context,
            problem: problem, model)
    }

    /// Answers a page that leads on: a form's own answer may not lead to another site.
    @Sendable private func link(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let q = try BeginProviderSignInRequest.with {
            $0.providerID = try context.providerID("provider")
            ($0.next, $0.address, $0.link) = ("/settings/identities", context.address, true)
        }
        let departure: BeginProviderSignInResponse
        do throws(Failure) {
            departure = try await gateway.backends.auth.beginProviderSignIn(q, caller.call(context))
        } catch {
            if error.reason == "reauth_required" {
                return Site.redirect(to: Link.query("/reauthenticate", [("next", "/settings/identities")]))
            }
            return try await page(caller, context, problem: error)
        }
        guard departure.formLabel.isEmpty else {
            return try DirectoryPages(site: site).joinPage(
                of: try context.part("provider"), departure.formLabel, caller)
        }
        var response = try site.goingOn(to: departure.url, caller: caller)
        response.headers[.setCookie] = SignInCookie.made(departure.browserToken, config: gateway.config)
        return response
    }

    @Sendable private func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let id = try context.providerID("provider")
        do throws(Failure) {
            _ = try await gateway.backends.auth.removeIdentity(.with { $0.providerID = id }, caller.call(context))
        } catch {
            return try await page(caller, context, problem: error)
        }
        gateway.authenticator.forget(caller.principal)
        return Site.redirect(to: "/settings/identities")
    }
}

extension Query {
    /// Empty for what comes twice: which of them is meant nobody can say.
    fileprivate func once(_ name: String) -> String {
        let values = all(name)
        return values.count == 1 ? values[0] : ""
    }
}

extension Site {
    /// A page that leads on to another site, which a form's own answer may not.
    func goingOn(to url: String, caller: Caller?) throws(Failure) -> Response {
        var response = try page("continue", title: "Going on", caller: caller, ["url": url])
        response.headers[.refresh] = "0;url=\(url)"
        return response
    }
}

extension HTTPField.Name {
    static let refresh = constant("Refresh")
}

extension Site {
    /// What a page's form has sent.
    static func form(_ request: Request, bytesMax: Int = SessionRoutes.bodyBytesMax) async throws -> Query {
        try Query(String(buffer: try await RequestBytes.collect(request, bytesMax: bytesMax)))
    }
}
