import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// `/session` and `/me`.
struct SessionRoutes: Sendable {
    static let bodyBytesMax = 16 << 10
    /// argon2id, twice at a time, behind a queue.
    static let signInWait: Duration = .seconds(20)

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.post("session", use: signIn)
        routes.post("session/second-factor", use: finish)
        routes.post("session/reauthenticate", use: reauthenticate)
        routes.delete("session", use: signOut)
        routes.get("sessions", use: list)
        routes.delete("sessions", use: endOthers)
        routes.delete("sessions/:id", use: end)
        routes.get("me", use: me)
    }

    @Sendable private func signIn(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let body = try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
        let (name, password) = try (body.string("name"), body.string("password"))
        let client = String((request.headers[.userAgent] ?? "").prefix(200))
        let browser = BrowserCookie.token(of: request, config: gateway.config)
        let call = CallContext(deadline: Self.signInWait, trace: context.requestID)
        let session: SignInResponse
        if let provider = try body.stringIfAny("provider") {
            guard let id = ID<ProviderRecord>(provider) else { throw EdgeContext.noProvider }
            session = try await gateway.backends.auth.signInAtDirectory(
                .with {
                    ($0.providerID, $0.name, $0.password) = (Data(id.bytes), name, password)
                    ($0.address, $0.client, $0.browser) = (context.address, client, browser)
                }, call)
        } else {
            session = try await gateway.backends.auth.signIn(
                .with {
                    ($0.name, $0.password) = (name, password)
                    ($0.address, $0.client, $0.browser) = (context.address, client, browser)
                }, call)
        }
        guard session.token.isEmpty else {
            return try await welcome(
                .init(token: session.token, expiresMs: session.expiresMs, browser: session.browser), request, context)
        }
        return Reply.json(status: .accepted) { writer in
            writer.object { writer in
                writer.member("pending_token", session.pendingToken)
                writer.member("expires_ms", session.pendingExpiresMs)
            }
        }
    }

    @Sendable private func signOut(_ request: Request, _ context: EdgeContext) async throws -> Response {
        _ = try await visitors.writer(request, context)
        if let token = SessionCookie.token(of: request, config: gateway.config) {
            let call = CallContext(deadline: .seconds(5), trace: context.requestID)
            _ = try await gateway.backends.auth.signOut(.with { $0.token = token }, call)
            gateway.authenticator.forget(session: token)
        }
        var reply = Reply.json { $0.object { _ in } }
        reply.headers[.setCookie] = SessionCookie.cleared(config: gateway.config)
        return reply
    }
}
