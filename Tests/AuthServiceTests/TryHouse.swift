import Foundation
import Model
import Postgres
import Synchronization
import TestKit

@testable import AuthService

/// A browser: keeps the token that it is given.
final class Browser: Sendable {
    private let kept = Mutex("")

    var token: String {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }
}

extension AuthHouse {
    /// Another process of the service, with connections of its own.
    func twin() throws -> AuthHouse {
        let clock = clock
        let service = try AuthService(
            database: owner, config: config, logger: ScratchDatabase.logger, now: { clock.now })
        return AuthHouse(
            service: service, database: owner, owner: owner, config: config, signer: signer, clock: clock, shelf: shelf)
    }

    /// A wrong password, from a network that has tried nothing yet.
    func miss(_ name: String, _ number: Int, in browser: Browser? = nil) async -> String {
        await outcome {
            _ = try await signIn(
                name, "not the right password", from: "10.\(number / 250).\(number % 250).7", in: browser)
        }
    }

    /// As if nobody had tried to sign in lately.
    func forgetTries() async throws {
        try await owner.run(["DELETE FROM auth.throttles", "DELETE FROM auth.sign_in_tries"], for: .none)
    }

    /// As if so many seconds had passed since the last try.
    func passTries(seconds: Int32) async throws {
        try await owner.run(
            [
                """
                UPDATE auth.sign_in_tries SET tried_at = tried_at - make_interval(secs => \(seconds)),
                       waits_until = waits_until - make_interval(secs => \(seconds))
                """,
                "UPDATE auth.throttles SET filled_at = filled_at - make_interval(secs => \(seconds))",
            ], for: .none)
    }

    func failures(of name: String) async throws -> Int32? {
        try await owner.first("SELECT failures FROM auth.accounts WHERE name = \(name)", for: .none) { row in
            try row.read()
        }
    }

    func setFailures(_ count: Int32, of name: String) async throws {
        try await owner.run("UPDATE auth.accounts SET failures = \(count) WHERE name = \(name)", for: .none)
    }

    func knownBrowsers(of account: ID<Account>) async throws -> Int? {
        try await owner.first(
            "SELECT count(*) FROM auth.known_browsers WHERE account_id = \(account.uuid)", for: .none
        ) { row in try row.read() }
    }

    /// How often no password was looked at although the account has one.
    func closed() async throws -> Int {
        try await refusals().filter { $0.contains("too many failures") }.count
    }
}

let refused = "unauthenticated sign_in_refused"
let throttled = "exhausted sign_in_throttled"
