import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// How programs get keys without a page: the device flow (RFC 8628), and the exchange of another issuer's token
/// (RFC 8693). The access token of both is an API key.
struct OAuthRoutes: Sendable {
    static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
    static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let tokenTypes: Set<String> = [
        "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt",
    ]
    /// The largest token that is looked at, and what stands around it.
    private static let bodyBytesMax = 80 << 10

    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        router.get("/.well-known/oauth-authorization-server", use: describe)
        let routes = router.group("/oauth").add(middleware: OAuthErrors())
        routes.post("device_authorization", use: begin)
        routes.post("token", use: token)
        routes.post("revoke", use: revoke)
        BackChannelLogout(gateway: gateway).register(in: routes)
    }

    /// RFC 8414.
    @Sendable private func describe(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let base = gateway.origin.base(of: request, context)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("issuer", base)
                writer.member("device_authorization_endpoint", base + "/oauth/device_authorization")
                writer.member("token_endpoint", base + "/oauth/token")
                writer.member("revocation_endpoint", base + "/oauth/revoke")
                writer.strings("grant_types_supported", [Self.deviceGrant, Self.exchangeGrant])
                writer.strings("token_endpoint_auth_methods_supported", ["none"])
                writer.strings("scopes_supported", Action.allCases.map(\.rawValue))
                writer.strings("response_types_supported", [])
            }
        }
    }

    /// RFC 8628 §3.1. A scope is an action, or a place: `at:workspace` or `at:workspace/project`, escaped as in URLs.
    @Sendable private func begin(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let scopes = form["scope"].split(separator: " ").map(String.init)
        let places = scopes.filter { $0.hasPrefix("at:") }.map { String($0.dropFirst(3)) }
        let asked = BeginDeviceRequest.with {
            $0.name = form["key_name"].isEmpty ? "Made by a program" : form["key_name"]
            $0.client = form["client_id"]
            $0.address = context.address
            $0.actions = scopes.filter { !$0.hasPrefix("at:") }
            $0.places = places.map { $0.removingPercentEncoding ?? $0 }
            $0.keySeconds = Int64(form["key_seconds"]) ?? 0
        }
        let call = CallContext(deadline: .seconds(5), trace: context.requestID)
        let begun = try await gateway.backends.auth.beginDevice(asked, call)
        let page = gateway.origin.base(of: request, context) + "/device"
        return Reply.json { writer in
            writer.object { writer in
                writer.member("device_code", begun.deviceCode)
                writer.member("user_code", begun.userCode)
                writer.member("verification_uri", page)
                writer.member("verification_uri_complete", page + "?code=" + begun.userCode)
                writer.member("expires_in", Int64(begun.expiresSeconds))
                writer.member("interval", Int64(begun.intervalSeconds))
            }
        }
    }

    @Sendable private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request, bytesMax: Self.bodyBytesMax)
        let call = CallContext(deadline: .seconds(15), trace: context.requestID)
        switch form["grant_type"] {
        case Self.deviceGrant:
            let asked = RedeemDeviceRequest.with {
                ($0.deviceCode, $0.address) = (form["device_code"], context.address)
            }
            return Self.issued(try await gateway.backends.auth.redeemDevice(asked, call), exchanged: false)
        case Self.exchangeGrant:
            guard Self.tokenTypes.contains(form["subject_token_type"]) else {
                throw Failure(
                    .invalid, "subject_token_type is \(Self.tokenTypes.sorted().joined(separator: " or ")).",
                    reason: "invalid_request")
            }
            let account = form["service_account"]
            let asked = try ExchangeTokenRequest.with {
                ($0.token, $0.address) = (form["subject_token"], context.address)
                if !account.isEmpty { $0.accountID = try Data(idText: account, "service account") }
            }
            return Self.issued(try await gateway.backends.auth.exchangeToken(asked, call), exchanged: true)
        default:
            throw Failure(
                .invalid, "grant_type is \(Self.deviceGrant) or \(Self.exchangeGrant).",
                reason: "unsupported_grant_type")
        }
    }

    /// RFC 7009: whoever holds a key can end it. One that is dead or never was is not told apart.
    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let presented = Credential(try await Site.form(request)["token"]) else {
            return Reply.json { $0.object { _ in } }
        }
        do throws(Failure) {
            let caller = try await gateway.authenticator.caller(
                .key(presented.key, address: context.address), client: "", trace: context.requestID)
            let id = Data(caller.credential.bytes)
            _ = try await gateway.backends.auth.revokeKey(.with { $0.id = id }, caller.call(context))
            gateway.authenticator.forget(caller.principal)
        } catch {
            guard error.code == .unauthenticated else { throw error }
        }
        return Reply.json { $0.object { _ in } }
    }

    /// RFC 6749 §5.1: this answer alone holds the secret.
    private static func issued(_ made: IssuedKey, exchanged: Bool) -> Response {
        let seconds = max(0, (made.key.expiresMs - Int64(Date().timeIntervalSince1970 * 1000)) / 1000)
        var response = Reply.json { writer in
            writer.object { writer in
                writer.member("access_token", made.secret)
                writer.member("token_type", "Bearer")
                writer.member("expires_in", seconds)
                writer.member("scope", made.key.limits.actions.joined(separator: " "))
                if exchanged {
                    writer.member("issued_token_type", "urn:ietf:params:oauth:token-type:access_token")
                }
            }
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }
}

/// RFC 6749 §5.2: programs look at `error`, people at `error_description`.
struct OAuthErrors: RouterMiddleware {
    typealias Context = EdgeContext

    private static let known: Set<String> = [
        "authorization_pending", "slow_down", "access_denied", "expired_token", "unsupported_grant_type",
        "invalid_request", "invalid_scope",
    ]

    @concurrent func handle(
        _ request: Request, context: EdgeContext, next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as Failure where failure.code != .bug && failure.code != .unavailable {
            let isBusy = failure.code == .exhausted
            let error =
                Self.known.contains(failure.reason)
                ? failure.reason : failure.code == .unauthenticated ? "invalid_grant" : "invalid_request"
            var response = Reply.json(status: isBusy ? .tooManyRequests : .badRequest) { writer in
                writer.object { writer in
                    writer.member("error", isBusy ? "slow_down" : error)
                    writer.member("error_description", failure.message)
                }
            }
            response.headers[.cacheControl] = "no-store"
            if let wait = failure.retryAfter { response.headers[.retryAfter] = String(Reply.seconds(wait)) }
            return response
        }
    }
}
