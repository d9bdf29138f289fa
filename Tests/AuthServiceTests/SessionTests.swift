import Foundation
import Model
import Postgres
import Sealing
import TestKit
import Testing

@testable import AuthService

@Suite struct SessionTests {
    @Test func `a session proves its owner and what they may do`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let access = try await house.access(session: try await house.signIn("ADMIN"))
            #expect(access.principal == admin.access.principal)
            #expect(access.grants == admin.access.grants)
            #expect(access.expiresAt.timeIntervalSinceNow > 60 && access.expiresAt.timeIntervalSinceNow <= 75)
        }
    }

    @Test func `each sign-in begins another session with another form token`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let (one, two) = (try await house.signIn("admin"), try await house.signIn("admin"))
            #expect(one != two)
            let first = try await house.service.sessions.authenticate(one).csrf
            #expect(first == (try await house.service.sessions.authenticate(one).csrf))
            #expect(first != (try await house.service.sessions.authenticate(two).csrf))
            #expect(first.count == 43 && !first.contains(one))
        }
    }

    @Test(
        arguments: [
            "UPDATE auth.sessions SET seen_at = now() - interval '12 hours 1 second'",
            "UPDATE auth.sessions SET expires_at = now() - interval '1 second'",
            "UPDATE auth.sessions SET ended_at = now()",
        ] as [SQL])
    func `idle, old and ended sessions are over`(_ change: SQL) async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let token = try await house.signIn("admin")
            try await house.owner.run(change, for: .none)
            #expect(await outcome { _ = try await house.access(session: token) } == "unauthenticated session_expired")
        }
    }

    @Test func `signing out ends one session, twice is once`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let (gone, stays) = (try await house.signIn("admin"), try await house.signIn("admin"))
            #expect(try await house.service.sessions.signOut(gone) != nil)
            #expect(try await house.service.sessions.signOut(gone) == nil)
            #expect(try await house.service.sessions.signOut("no token at all") == nil)
            #expect(await outcome { _ = try await house.access(session: gone) } == "unauthenticated session_expired")
            _ = try await house.access(session: stays)
            let events = try await house.service.audit.store.page(in: nil, after: 0, limit: 100)
            #expect(events.filter { $0.action == "session.sign_out" }.count == 1)
        }
    }

    @Test func `what was never a session is not known`() async throws {
        try await AuthHouse.with { house in
            for token in ["", "x", OpaqueToken.fresh().text, String(repeating: "é", count: 43)] {
                #expect(
                    await outcome { _ = try await house.access(session: token) } == "unauthenticated session_unknown")
            }
        }
    }

    @Test func `using a session moves its end`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let token = try await house.signIn("admin")
            try await house.service.flushLastUse()
            try await house.owner.run("UPDATE auth.sessions SET seen_at = now() - interval '11 hours'", for: .none)
            _ = try await house.access(session: token)
            try await house.service.flushLastUse()
            let fresh = try await house.owner.first(
                "SELECT count(*) FROM auth.sessions WHERE seen_at > now() - interval '1 minute'", for: .none
            ) { row in try row.read(Int.self) }
            #expect(fresh == 1)
        }
    }
}
