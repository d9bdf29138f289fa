import AuthClient
import Hummingbird
import Model
import SwiftProtobuf
import Synchronization
import Wire
import WireMessages

/// Turns what a request proves into a `Caller`. Asks auth at most once in 0.7 s for each proof, whoever and however
/// many wait; while auth is away, goes on with its last answer for up to a minute.
final class Authenticator: Sendable {
    /// Asks auth; the string is what the client calls itself.
    typealias Ask = @Sendable (AccessCache.Proof, _ client: String, _ trace: String) async throws(Failure) -> Caller

    /// Auth answers in a millisecond; a caller waits this long for one that is coming up.
    private static let wait: Duration = .seconds(3)

    private let cache = Mutex(AccessCache())
    private let meter: Meter
    private let ask: Ask

    init(meter: Meter, ask: @escaping Ask) {
        self.meter = meter
        self.ask = ask
    }

    convenience init(auth: AuthClient, meter: Meter) {
        self.init(meter: meter) { proof, client, trace throws(Failure) in
            let context = CallContext(deadline: Self.wait, trace: trace)
            switch proof {
            case .key(let key, let address):
                let request = AuthenticateKeyRequest.with { ($0.key, $0.address, $0.client) = (key, address, client) }
                return try Caller(try await auth.authenticateKey(request, context))
            case .session(let token):
                return try Caller(try await auth.authenticateSession(.with { $0.token = token }, context))
            }
        }
    }

    /// By API key: headers, and `bodyKey` when the body carries one. Over its limit of requests, a caller is refused
    /// unless its turn comes within `patience`.
    func caller(
        _ request: Request, _ context: EdgeContext, bodyKey: String? = nil, patience: Duration = .zero
    ) async throws(Failure) -> Caller {
        let credential = try Credential.of(request, bodyKey)
        return try await caller(.key(credential.key, address: context.address), request, context, patience)
    }

    /// By a key of provisioning, in a header: it opens what asks for it here, and no other key does.
    func provisioner(_ request: Request, _ context: EdgeContext) async throws(Failure) -> Caller {
        let key = try Credential.of(request).key
        return try await caller(.key(key, address: context.address), request, context, forProvisioning: true)
    }

    /// By the token of a session. The dialects never ask for it: their state-changing GETs must not take a cookie.
    func caller(
        session token: String, _ request: Request, _ context: EdgeContext
    ) async throws(Failure) -> Caller {
        guard !token.isEmpty, token.utf8.count <= 256 else {
            throw Failure(.unauthenticated, "This session is over.", reason: "session_unknown")
        }
        return try await caller(.session(token), request, context)
    }

    /// A right of this account has just changed, and its next request shall know.
    func forget(_ account: ID<Account>) {
        cache.withLock { $0.forget(account) }
    }

    /// A session has just ended: not even this process goes on with it.
    func forget(session token: String) {
        cache.withLock { $0.forget(.session(token)) }
    }

    private func caller(
        _ proof: AccessCache.Proof, _ request: Request, _ context: EdgeContext, _ patience: Duration = .zero,
        forProvisioning: Bool = false
    ) async throws(Failure) -> Caller {
        let client =
            request.headers.value(.sdkVersion).map { "comet_ml/\($0.prefix(20))" } ?? request.headers.value(.userAgent)
            ?? ""
        let caller = try await caller(proof, client: String(client.prefix(100)), trace: context.requestID)
        try await meter.admit(caller, context.notes, patience: patience)
        guard caller.isProvisioner == forProvisioning else {
            throw forProvisioning ? Access.provisioningKeyRequired : Access.provisioningOnly
        }
        return caller
    }

    func caller(_ proof: AccessCache.Proof, client: String, trace: String) async throws(Failure) -> Caller {
        while true {
            switch cache.withLock({ $0.begin(proof, now: .now, waiter: nil) }) {
            case .use(let outcome): return try Self.unwrap(outcome)
            case .ask: return try await lead(proof, client, trace)
            case .wait:
                if let outcome = await follow(proof) { return try Self.unwrap(outcome) }
            }
        }
    }

    /// Asks for everybody. When this very request is cancelled, one of those who wait asks again.
    private func lead(_ proof: AccessCache.Proof, _ client: String, _ trace: String) async throws(Failure) -> Caller {
        let found: AccessCache.Outcome
        do throws(Failure) {
            found = .known(try await ask(proof, client, trace))
        } catch {
            found = .refused(error)
        }
        let brokenOff = if case .refused = found { Task.isCancelled } else { false }
        let (outcome, waiters) = cache.withLock { $0.finish(proof, brokenOff ? nil : found, now: .now) }
        for waiter in waiters { waiter.resume(returning: outcome) }
        return try Self.unwrap(outcome ?? found)
    }

    private func follow(_ proof: AccessCache.Proof) async -> AccessCache.Outcome? {
        await withCheckedContinuation { waiter in
            switch cache.withLock({ $0.begin(proof, now: .now, waiter: waiter) }) {
            case .wait: break
            case .use(let outcome): waiter.resume(returning: outcome)
            case .ask:
                // The one who asked has just finished without an outcome. Give the turn back, and begin anew.
                let waiters = cache.withLock { $0.finish(proof, nil, now: .now).waiters }
                for other in waiters { other.resume(returning: nil) }
                waiter.resume(returning: nil)
            }
        }
    }

    private static func unwrap(_ outcome: AccessCache.Outcome) throws(Failure) -> Caller {
        switch outcome {
        case .known(let caller): return caller
        case .refused(let failure): throw failure
        }
    }
}
