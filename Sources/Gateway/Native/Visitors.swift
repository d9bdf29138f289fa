import Foundation
import HTTPTypes
import Hummingbird
import Model

/// Who calls the native API or opens a page: an API key in a header, or the cookie of a session.
struct Visitors: Sendable {
    let gateway: Gateway

    /// For what changes nothing.
    func reader(_ request: Request, _ context: EdgeContext) async throws(Failure) -> Caller {
        if request.headers[.authorization] != nil || request.headers[.xAPIKey] != nil {
            return try await gateway.authenticator.caller(request, context)
        }
        guard let token = SessionCookie.token(of: request, config: gateway.config) else {
            throw Failure(.unauthenticated, "Sign in, or send an API key in the Authorization header.")
        }
        return try await gateway.authenticator.caller(session: token, request, context)
    }

    /// For what changes something: a browser must prove that one of our own pages asked (SECURITY C5).
    func writer(
        _ request: Request, _ context: EdgeContext, formToken: String? = nil
    ) async throws(Failure) -> Caller {
        let caller = try await reader(request, context)
        guard caller.bySession else { return caller }
        try Self.refuseOtherSites(request)
        let brought = formToken ?? request.headers[.csrfToken] ?? ""
        guard Self.equal(brought, caller.csrfToken) else {
            throw Failure(.forbidden, "This request does not come from a page of this server.", reason: "csrf")
        }
        return caller
    }

    /// Browsers say where a request comes from; other programs have no cookie that could be abused.
    static func refuseOtherSites(_ request: Request) throws(Failure) {
        let site = request.headers[.secFetchSite] ?? "same-origin"
        guard site == "same-origin" || site == "none" else {
            throw Failure(.forbidden, "This request comes from another site.", reason: "csrf")
        }
    }

    /// Takes as long for a wrong first character as for a wrong last one.
    private static func equal(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count, !right.isEmpty else { return false }
        return zip(left, right).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
    }
}

extension HTTPField.Name {
    static let csrfToken = constant("X-CSRF-Token")
    static let secFetchSite = constant("Sec-Fetch-Site")
}

extension EdgeContext {
    /// A part of the path as people meant it: metric names hold slashes, escaped as `%2F`.
    func part(_ name: String) throws(Failure) -> String {
        guard let text = parameters.get(name)?.removingPercentEncoding, !text.isEmpty, !text.utf8.contains(0) else {
            throw Failure(.invalid, "The \(name) in the path cannot be read.", reason: "field_invalid")
        }
        return text
    }
}
