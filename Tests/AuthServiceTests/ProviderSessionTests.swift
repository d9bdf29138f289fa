import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct ProviderSessionTests {
    private func there(_ provider: Provider, _ subject: String, _ sid: String) -> ProviderSession {
        ProviderSession(provider: provider.id, subject: subject, sid: sid, sealedToken: [1, 2])
    }

    /// How many sessions of each provider are alive, by subject and name.
    private func alive(_ house: AuthHouse, _ provider: Provider) async throws -> [String] {
        try await house.owner.rows(
            """
            SELECT v.subject || ':' || v.sid FROM auth.sessions s
              JOIN auth.provider_sessions v ON v.id = s.provider_session_id
             WHERE s.ended_at IS NULL AND v.provider_id = \(provider.id.uuid) ORDER BY 1
            """, for: .none
        ) { row in try row.read() }
    }

    private func told(_ subject: String, _ sid: String) -> LogoutToken {
        LogoutToken(subject: subject, sid: sid, digest: OpaqueToken.fresh().digest)
    }

    @Test func `a word from one provider ends nothing of another`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let mine = try await house.provider(.sample("Mine"), by: admin)
            let other = try await house.provider(.sample("Other", issuer: "https://other.example.org"), by: admin)
            for provider in [mine, other] {
                for (subject, sid) in [("ada", "1"), ("ada", "2"), ("ada", ""), ("grace", "3")] {
                    let identity = try Identity.sample(subject, of: provider)
                    _ = try await house.arrive(identity, of: provider, there: there(provider, subject, sid))
                }
            }
            let store = house.service.providerSignOuts.store
            let event = AuditEvent(.nobody, "session.end", on: mine.id.text)
            #expect(try await store.end(told("ada", "1"), of: mine, telling: event) == 2)
            #expect(try await alive(house, mine) == ["ada:2", "grace:3"])
            #expect(try await store.end(told("", "3"), of: mine, telling: event) == 1)
            #expect(try await store.end(told("grace", "2"), of: mine, telling: event) == 0)
            #expect(try await store.end(told("ada", ""), of: mine, telling: event) == 1)
            #expect(try await alive(house, mine).isEmpty)
            #expect(try await alive(house, other) == ["ada:", "ada:1", "ada:2", "grace:3"])
        }
    }

    @Test func `a token counts once, and once for each provider`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let mine = try await house.provider(.sample("Mine"), by: admin)
            let other = try await house.provider(.sample("Other", issuer: "https://other.example.org"), by: admin)
            let store = house.service.providerSignOuts.store
            let (token, event) = (told("ada", ""), AuditEvent(.nobody, "session.end", on: mine.id.text))
            let outcomes = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<16 { group.addTask { try await store.end(token, of: mine, telling: event) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.compactMap(\.self) == [0] && outcomes.count == 16)
            #expect(try await store.end(token, of: other, telling: event) == 0)
        }
    }

    @Test func `who came from nowhere goes nowhere`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await house.provider(.sample(), by: admin)
            let identity = try Identity.sample("ada", of: provider)
            let access = try await house.arrive(identity, of: provider, there: there(provider, "ada", "1"))
            let store = house.service.providerSignOuts.store
            #expect(try await store.departure(of: access.credential)?.provider == provider.id)
            #expect(try await store.departure(of: ID.fresh()) == nil)
            let plain = try await house.arrive(identity, of: provider)
            #expect(try await store.departure(of: plain.credential) == nil)
        }
    }
}
