import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct ProviderSignInTests {
    private struct Begun: Sendable {
        let store: ProviderSignInStore
        let provider: Provider
        let (state, browser): (OpaqueToken, OpaqueToken)
    }

    private static func begun(_ house: AuthHouse) async throws -> Begun {
        let admin = try await house.begin()
        let provider = try await house.provider(.sample(), by: admin)
        let begun = Begun(
            store: house.service.providerSignIns.store, provider: provider, state: .fresh(), browser: .fresh())
        try await begun.store.insert(
            state: begun.state, browser: begun.browser, provider: provider.id, link: nil, next: "/x")
        return begun
    }

    @Test func `sixteen spend one state and one wins`() async throws {
        try await AuthHouse.with { house in
            let begun = try await Self.begun(house)
            let results = await race(16) { _ in
                guard
                    try await begun.store.spend(
                        state: begun.state, browser: begun.browser, provider: begun.provider.id) != nil
                else { throw Failure(.notFound, "", reason: "spent") }
            }
            #expect(results == ["ok": 1, "notFound spent": 15])
        }
    }

    @Test func `only the browser that began, at its own provider and in time, spends it`() async throws {
        try await AuthHouse.with { house in
            let begun = try await Self.begun(house)
            let (store, state, browser, provider) = (begun.store, begun.state, begun.browser, begun.provider.id)
            let strangers: [(OpaqueToken, OpaqueToken, ID<Provider>, SignInRefusal.Check)] = [
                (.fresh(), browser, provider, .stateUnknown), (state, .fresh(), provider, .stateBrowser),
                (state, browser, .fresh(), .stateProvider),
            ]
            for (state, browser, provider, check) in strangers {
                #expect(try await store.spend(state: state, browser: browser, provider: provider) == nil)
                #expect(try await store.refusal(state: state, browser: browser, provider: provider) == check)
            }
            #expect(try await store.spend(state: state, browser: browser, provider: provider)?.next == "/x")
            #expect(try await store.refusal(state: state, browser: browser, provider: provider) == .stateUsed)
            try await house.owner.run(
                "UPDATE auth.provider_sign_ins SET used_at = NULL, expires_at = now() - interval '1 second'", for: .none
            )
            #expect(try await store.spend(state: state, browser: browser, provider: provider) == nil)
            #expect(try await store.refusal(state: state, browser: browser, provider: provider) == .stateExpired)
        }
    }

    @Test func `neither state nor nonce nor verifier is in the database`() async throws {
        try await AuthHouse.with { house in
            let begun = try await Self.begun(house)
            let vault = house.service.providers.vault
            let secrets = [
                begun.state.text, begun.browser.text, vault.derived("nonce", from: begun.state),
                vault.derived("verifier", from: begun.state),
            ]
            #expect(Set(secrets).count == 4)
            let rows = try await house.owner.rows("SELECT p::text FROM auth.provider_sign_ins p", for: .none) { row in
                try row.read(String.self)
            }
            #expect(rows.count == 1)
            for secret in secrets { #expect(!rows.contains { $0.contains(secret) }) }
        }
    }

    /// A provider that is away is told as such; nothing has begun then.
    @Test func `a provider that does not answer is named`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let away = try await house.provider(.sample(issuer: "https://127.0.0.1"), by: admin)
            func begin(_ id: ID<Provider>) async -> String {
                await outcome {
                    _ = try await house.service.providerSignIns.begin(id, next: "/", address: "192.0.2.1", linking: nil)
                }
            }
            #expect(await begin(away.id) == "unavailable provider_unreachable")
            let off = try await house.provider(.sample("Off", isEnabled: false), by: admin)
            #expect(await begin(off.id) == "notFound provider_unknown")
            #expect(await begin(.fresh()) == "notFound provider_unknown")
            #expect(try await house.service.providers.offers().map(\.1) == ["Acme"])
            let told = try await house.service.audit.store.list(
                AuditSearch(), in: [.none], after: nil, limit: 10
            )
            .first { $0.action == "session.sign_in" && $0.outcome == "refused" }
            #expect(told?.object == away.id.text)
            #expect(told?.detail.contains("discovery_unreachable") == true)
        }
    }
}
