import Foundation
import Model
import Postgres
import Sealing
import Synchronization
import TestKit

@testable import AuthService

/// A time that passes only when a test says so. It begins in the middle of a step of thirty seconds.
final class StillClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_800_000_015))

    var now: Date { time.withLock { $0 } }

    func advance(_ seconds: TimeInterval) {
        time.withLock { $0 += seconds }
    }
}

/// Somebody with an authenticator.
struct Enrolled: Sendable {
    let access: Access
    let authenticator: TOTP
    let secret: String
    let recoveryCodes: [String]
}

extension AuthHouse {
    /// Sets up an authenticator for who is signed in, with the code of this moment.
    func enrol(_ access: Access) async throws -> Enrolled {
        let begun = try await service.factors.begin(as: access)
        let seed = Secret(Base32.bytes(begun.secret) ?? [])
        let authenticator = TOTP(seed: seed)
        let codes = try await service.factors.confirm(
            authenticator.code(at: TOTP.step(at: clock.now)), from: "192.0.2.1", as: access)
        return Enrolled(access: access, authenticator: authenticator, secret: begun.secret, recoveryCodes: codes)
    }

    /// The code of so many steps from now.
    func code(_ enrolled: Enrolled, _ steps: Int64 = 0) -> String {
        enrolled.authenticator.code(at: TOTP.step(at: clock.now) + steps)
    }

    /// The right password; what waits for the second factor.
    func firstStep(_ name: String, from address: String = "192.0.2.1") async throws -> String {
        let draft = Session.Draft(address: address, client: "test")
        let outcome = try await service.sessions.signIn(name: name, password: Self.password, beginning: draft)
        guard case .pending(let pending) = outcome else { throw Failure(.bug, "no second factor is asked for") }
        return pending.token.text
    }

    /// The token of the session that begins.
    func secondStep(_ pending: String, code: String = "", recovery: String = "") async throws -> String {
        let draft = Session.Draft(address: "192.0.2.1", client: "test")
        _ = try await service.sessions.finish(
            pending, with: try .given(code: code, recovery: recovery), beginning: draft)
        return draft.token.text
    }

    func signIn(_ name: String, code: String) async throws -> String {
        try await secondStep(try await firstStep(name), code: code)
    }

    /// As if everybody's sessions had been proven so many minutes ago.
    func age(minutes: Int32) async throws {
        try await owner.run(
            "UPDATE auth.sessions SET proved_at = proved_at - make_interval(mins => \(minutes))", for: .none)
    }

    /// What the chain of the instance says was refused, and why.
    func refusals() async throws -> [String] {
        try await service.audit.store.page(in: nil, after: 0, limit: 1000)
            .filter { $0.outcome == "refused" }.map { "\($0.action) \($0.detail)" }
    }
}
