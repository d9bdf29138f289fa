import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The second step of signing in, and proving a session again.
extension SessionRoutes {
    /// Turns what `POST /session` answered with 202 into a session.
    @Sendable func finish(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let body = try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
        let asked = try FinishSignInRequest.with {
            $0.pendingToken = try body.string("pending_token")
            ($0.proof.code, $0.proof.recoveryCode) = try (body.text("code"), body.text("recovery_code"))
            $0.address = context.address
            $0.client = String((request.headers[.userAgent] ?? "").prefix(200))
            $0.browser = BrowserCookie.token(of: request, config: gateway.config)
        }
        let call = CallContext(deadline: Self.signInWait, trace: context.requestID)
        let session = try await gateway.backends.auth.finishSignIn(asked, call)
        return try await welcome(
            .init(token: session.token, expiresMs: session.expiresMs, browser: session.browser), request, context)
    }

    /// The session goes on under another token.
    @Sendable func reauthenticate(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
        let asked = try ReauthenticateRequest.with {
            $0.password = try body.text("password")
            ($0.proof.code, $0.proof.recoveryCode) = try (body.text("code"), body.text("recovery_code"))
            $0.address = context.address
        }
        let call = caller.call(context, deadline: Self.signInWait)
        let session = try await gateway.backends.auth.reauthenticate(asked, call)
        return try await welcome(.init(token: session.token, expiresMs: session.expiresMs), request, context)
    }

    /// A session that has just begun, or got another token: its cookies, and what its forms need.
    func welcome(_ begun: BegunSession, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await gateway.authenticator.caller(session: begun.token, request, context)
        var reply = Reply.json { writer in
            writer.object { writer in
                writer.member("name", caller.name)
                writer.member("csrf_token", caller.csrfToken)
                writer.member("expires_ms", begun.expiresMs)
            }
        }
        await gateway.replaceSession(of: request, by: begun, in: &reply, context)
        return reply
    }
}

/// What a browser keeps after signing in.
struct BegunSession: Sendable {
    let token: String
    let expiresMs: Int64
    /// What the browser is known by from here on; empty: by what it was.
    var browser = ""
}

extension Gateway {
    /// Sets the cookies of a new session. One that the browser still had ends here: whoever planted it there, or finds
    /// it later, has nothing (session fixation).
    func replaceSession(
        of request: Request, by begun: BegunSession, in response: inout Response, _ context: EdgeContext
    ) async {
        if let old = SessionCookie.token(of: request, config: config), old != begun.token {
            let call = CallContext(deadline: .seconds(5), trace: context.requestID)
            // It has mostly ended already, and the new one must not wait for it.
            _ = try? await backends.auth.signOut(.with { $0.token = old }, call)
            authenticator.forget(session: old)
        }
        let until = Date(timeIntervalSince1970: Double(begun.expiresMs) / 1000)
        var cookies = [SessionCookie.made(begun.token, until: until, config: config)]
        if !begun.browser.isEmpty { cookies.append(BrowserCookie.made(begun.browser, config: config)) }
        for cookie in cookies { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
    }
}
