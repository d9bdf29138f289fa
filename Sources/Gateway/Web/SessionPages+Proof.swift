import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The second step of signing in, and proving a session again.
extension SessionPages {
    /// What may be tried again in the same form; after anything else one begins anew.
    private static let retried: Set<String> = [
        "second_factor_missing", "second_factor_refused", "second_factor_waiting", "second_factor_locked",
    ]

    func codePage(
        _ pending: String, next: String, problem: Failure? = nil
    ) throws(Failure) -> Response {
        try site.form(
            "login-code", title: "Sign in", caller: nil, problem: problem, ["pending": pending, "next": next])
    }

    @Sendable func finish(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let form = try await Site.form(request)
        let next = Link.local(form["next"])
        let attempt = FinishSignInRequest.with {
            ($0.pendingToken, $0.proof) = (form["pending"], FactorProof(typed: form["code"]))
            ($0.address, $0.client, $0.browser) = (context.address, client(request), browser(request))
        }
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        switch await Self.outcome({ try await gateway.backends.auth.finishSignIn(attempt, call) }) {
        case .success(let session):
            let begun = BegunSession(token: session.token, expiresMs: session.expiresMs, browser: session.browser)
            return await welcome(begun, to: next, request, context)
        case .failure(let failure) where Self.retried.contains(failure.reason):
            return try codePage(form["pending"], next: next, problem: failure)
        case .failure(let failure): return try await loginPage(next: next, problem: failure)
        }
    }

    @Sendable func showReauthenticate(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        return try reauthenticatePage(caller, next: Link.local(Query(request)["next"]))
    }

    private func reauthenticatePage(_ caller: Caller, next: String, problem: Failure? = nil) throws -> Response {
        try site.form(
            "reauthenticate", title: "Prove that it is you", caller: caller, problem: problem,
            [
                "csrf": caller.csrfToken, "name": caller.name, "next": next, "hasSecondFactor": caller.hasSecondFactor,
            ])
    }

    @Sendable func reauthenticate(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let next = Link.local(form["next"])
        let attempt = ReauthenticateRequest.with {
            ($0.password, $0.proof) = (form["password"], FactorProof(typed: form["code"]))
            $0.address = context.address
        }
        let call = caller.call(context, deadline: SessionRoutes.signInWait)
        switch await Self.outcome({ try await gateway.backends.auth.reauthenticate(attempt, call) }) {
        case .success(let session):
            let begun = BegunSession(token: session.token, expiresMs: session.expiresMs)
            return await welcome(begun, to: next, request, context)
        case .failure(let failure): return try reauthenticatePage(caller, next: next, problem: failure)
        }
    }
}

extension FactorProof {
    /// What somebody typed into the one field there is: six digits are a code of the authenticator, all else a recovery
    /// code.
    init(typed text: String) {
        self.init()
        let digits = text.filter { $0 != " " }
        if digits.count == 6, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            code = digits
        } else {
            recoveryCode = text
        }
    }
}
