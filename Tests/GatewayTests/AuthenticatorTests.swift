import Foundation
import Model
import SwiftProtobuf
import Synchronization
import Testing
import WireMessages

@testable import Gateway

/// What a fake auth was asked, and what it is to answer.
final class FakeAuth: Sendable {
    private let state = Mutex<(asked: Int, failure: Failure?)>((0, nil))

    var asked: Int { state.withLock { $0.asked } }
    func answer(_ failure: Failure?) { state.withLock { $0.failure = failure } }

    func ask(_ name: String) throws(Failure) -> Caller {
        let failure = state.withLock { state in
            state.asked += 1
            return state.failure
        }
        if let failure { throw failure }
        return try Self.caller(name)
    }

    static func caller(_ name: String) throws(Failure) -> Caller {
        let claims = AccessClaims.with {
            $0.name = name
            $0.principalID = Data(ID<Account>.fresh().bytes)
            $0.credentialID = Data(ID<Model.Credential>.fresh().bytes)
        }
        do {
            let sealed = try SealedAccess.with { $0.claims = try claims.serializedBytes() }
            return try Caller(.with { $0.access = try sealed.serializedBytes() })
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.bug, "\(error)")
        }
    }
}

@Suite struct AuthenticatorTests {
    private let auth = FakeAuth()

    private func authenticator(delay: Duration = .zero) -> Authenticator {
        Authenticator(meter: LonelyGateway.meter) { [auth] proof, _, _ throws(Failure) in
            try? await Task.sleep(for: delay)
            if Task.isCancelled { throw Failure(.unavailable, "cancelled") }
            guard case .key(let key, _) = proof else { return try auth.ask("session") }
            return try auth.ask(key)
        }
    }

    private func ask(_ authenticator: Authenticator, _ key: String = "alice") async throws(Failure) -> Caller {
        try await authenticator.caller(.key(key, address: ""), client: "", trace: "")
    }

    @Test func `many requests with one key ask auth once`() async throws {
        let authenticator = authenticator(delay: .milliseconds(30))
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 { group.addTask { try await ask(authenticator).name } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(names == Array(repeating: "alice", count: 200))
        #expect(auth.asked == 1)
    }

    @Test func `different keys are different callers`() async throws {
        let authenticator = authenticator()
        #expect(try await ask(authenticator, "alice").name == "alice")
        #expect(try await ask(authenticator, "bob").name == "bob")
        #expect(auth.asked == 2)
    }

    @Test func `a refusal is remembered as shortly as an answer`() async throws {
        let authenticator = authenticator()
        auth.answer(Failure(.unauthenticated, "no", reason: "key_unknown"))
        for _ in 0..<3 { await #expect(throws: Failure.self) { try await ask(authenticator) } }
        #expect(auth.asked == 1)
    }

    @Test func `who waits for a cancelled request asks for itself`() async throws {
        let authenticator = authenticator(delay: .milliseconds(60))
        let first = Task { try await ask(authenticator) }
        try await Task.sleep(for: .milliseconds(15))
        async let second = ask(authenticator)
        try await Task.sleep(for: .milliseconds(15))
        first.cancel()
        #expect(try await second.name == "alice")
    }
}

@Suite struct AccessCacheTests {
    private let proof = AccessCache.Proof.key("k", address: "a")
    private let start = ContinuousClock.now

    private func known() throws -> AccessCache.Outcome { .known(try FakeAuth.caller("alice")) }

    private func isAsk(_ step: AccessCache.Step) -> Bool { if case .ask = step { true } else { false } }
    private func isKnown(_ outcome: AccessCache.Outcome?) -> Bool { if case .known = outcome { true } else { false } }
    private func isUsed(_ step: AccessCache.Step) -> Bool { if case .use(.known) = step { true } else { false } }

    @Test func `an answer is fresh for 700 milliseconds`() throws {
        var cache = AccessCache()
        #expect(isAsk(cache.begin(proof, now: start, waiter: nil)))
        _ = cache.finish(proof, try known(), now: start)
        #expect(isUsed(cache.begin(proof, now: start + .milliseconds(699), waiter: nil)))
        #expect(isAsk(cache.begin(proof, now: start + .milliseconds(700), waiter: nil)))
    }

    @Test func `while auth is away its last answer is good for a minute`() throws {
        var cache = AccessCache()
        let away = AccessCache.Outcome.refused(Failure(.unavailable, "away"))
        _ = cache.begin(proof, now: start, waiter: nil)
        _ = cache.finish(proof, try known(), now: start)
        for second in [1, 30, 59] {
            #expect(isAsk(cache.begin(proof, now: start + .seconds(second), waiter: nil)))
            #expect(isKnown(cache.finish(proof, away, now: start + .seconds(second)).outcome))
        }
        _ = cache.begin(proof, now: start + .seconds(61), waiter: nil)
        #expect(!isKnown(cache.finish(proof, away, now: start + .seconds(61)).outcome))
    }

    @Test func `a revocation counts although an answer is still usable`() throws {
        var cache = AccessCache()
        _ = cache.begin(proof, now: start, waiter: nil)
        _ = cache.finish(proof, try known(), now: start)
        _ = cache.begin(proof, now: start + .seconds(1), waiter: nil)
        let revoked = AccessCache.Outcome.refused(Failure(.unauthenticated, "revoked"))
        #expect(!isKnown(cache.finish(proof, revoked, now: start + .seconds(1)).outcome))
        _ = cache.begin(proof, now: start + .seconds(2), waiter: nil)
        let away = AccessCache.Outcome.refused(Failure(.unavailable, "away"))
        #expect(!isKnown(cache.finish(proof, away, now: start + .seconds(2)).outcome))
    }

    @Test func `the cache does not grow without end`() throws {
        var cache = AccessCache()
        for number in 0..<AccessCache.entriesMax * 2 {
            let proof = AccessCache.Proof.key("k\(number)", address: "")
            #expect(isAsk(cache.begin(proof, now: start, waiter: nil)))
            _ = cache.finish(proof, .refused(Failure(.unauthenticated, "no")), now: start)
        }
        #expect(cache.count <= AccessCache.entriesMax)
    }
}
