import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct SetupTokenTests {
    @Test func `sixteen spend one link and one wins`() async throws {
        try await AuthHouse.with { house in
            let token = try await house.service.bootstrap.begin(name: "admin", workspace: .fresh()).token.text
            let results = await race(16) { _ in _ = try await house.settle(token) }
            #expect(results == ["ok": 1, "notFound token_unknown": 15])
            let sessions = try await house.owner.first("SELECT count(*) FROM auth.sessions", for: .none) { row in
                try row.read(Int.self)
            }
            #expect(sessions == 1)
        }
    }

    @Test func `a link that is too old is refused`() async throws {
        try await AuthHouse.with { house in
            let token = try await house.service.bootstrap.begin(name: "admin", workspace: .fresh()).token.text
            try await house.owner.run(
                "UPDATE auth.setup_tokens SET expires_at = now() - interval '1 second'", for: .none)
            #expect(await outcome { _ = try await house.settle(token) } == "notFound token_unknown")
        }
    }

    @Test func `a password that breaks a rule spends nothing`() async throws {
        try await AuthHouse.with { house in
            let token = try await house.service.bootstrap.begin(name: "administrator", workspace: .fresh()).token.text
            let expected = [
                "short": "invalid password_too_short",
                "fourteen chars": "invalid password_too_short",
                "password1234567": "invalid password_common",
                "Password 2026 !!": "invalid password_common",
                "876543210987654": "invalid password_common",
                "administrator12": "invalid password_guessable",
                "halley2026 walks": "invalid password_guessable",
                String(repeating: "walk ", count: 60): "invalid password_too_long",
            ]
            for (password, reason) in expected {
                let result = await outcome {
                    _ = try await house.service.accounts.setPassword(
                        password, by: token, beginning: Session.Draft(address: "", client: ""))
                }
                // "administrator" is in the list of common ones as well.
                #expect(result == reason || (password.hasPrefix("admin") && result == "invalid password_common"))
            }
            _ = try await house.settle(token)
        }
    }

    @Test func `a new password ends the sessions before it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (id, first, _) = try await house.service.accounts.create(name: "ada", email: "", as: admin.access)
            _ = try await house.settle(first.text)
            let old = try await house.signIn("Ada")
            let again = OpaqueToken.fresh()
            try await house.owner.run(
                """
                INSERT INTO auth.setup_tokens (digest, account_id, expires_at)
                VALUES (\(again.digest), \(id.uuid), now() + interval '1 hour')
                """, for: .none)
            _ = try await house.settle(again.text)
            #expect(await outcome { _ = try await house.access(session: old) } == "unauthenticated session_expired")
        }
    }
}
