import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

/// What administrators do with people's accounts.
@Suite struct CareTests {
    @Test func `put out of use, somebody has neither session nor key nor link`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let (session, key) = (try await house.signIn("ada"), try await house.key(of: ada))
            let link = try await house.service.accounts.resetLink(for: ada.principal, as: admin.access).0
            try await house.service.accounts.setActive(false, ada.principal, as: admin.access)
            #expect(await outcome { _ = try await house.access(session: session) } == "unauthenticated session_expired")
            #expect(await outcome { _ = try await house.access(key: key) } == "unauthenticated key_revoked")
            #expect(await outcome { _ = try await house.signIn("ada") } == "unauthenticated sign_in_refused")
            #expect(await outcome { _ = try await house.settle(link.text) } == "notFound token_unknown")
            #expect(
                await outcome { _ = try await house.service.accounts.resetLink(for: ada.principal, as: admin.access) }
                    == "notFound")
            try await house.service.accounts.setActive(true, ada.principal, as: admin.access)
            _ = try await house.signIn("ada")
            #expect(await outcome { _ = try await house.access(key: key) } == "unauthenticated key_revoked")
        }
    }

    @Test func `a session or key that slips in beside it is dead too`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let (session, key) = (try await house.signIn("ada"), try await house.key(of: ada))
            try await house.owner.run(
                "UPDATE auth.accounts SET deactivated_at = now() WHERE id = \(ada.principal.uuid)", for: .none)
            #expect(await outcome { _ = try await house.access(session: session) } == "unauthenticated session_expired")
            #expect(
                await outcome { _ = try await house.access(key: key) } == "unauthenticated account_deactivated")
        }
    }

    @Test func `the last administrator stays, whoever is quicker`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let second = try await house.person("second", [Grant(.instanceAdmin, on: .instance)], by: admin)
            #expect(
                await outcome {
                    try await house.service.accounts.setActive(false, admin.access.principal, as: admin.access)
                } == "conflict own_account")
            let outcomes = await race(2) { index in
                let (actor, other) = index == 0 ? (admin.access, second) : (second, admin.access)
                try await house.service.accounts.setActive(false, other.principal, as: actor)
            }
            #expect(outcomes == ["ok": 1, "conflict last_owner": 1])
        }
    }

    @Test func `a reset link changes the password once, voids those before it, and ends sessions`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let session = try await house.signIn("ada")
            let first = try await house.service.accounts.resetLink(for: ada.principal, as: admin.access).0
            let second = try await house.service.accounts.resetLink(for: ada.principal, as: admin.access).0
            _ = try await house.signIn("ada")
            #expect(await outcome { _ = try await house.settle(first.text) } == "notFound token_unknown")
            let outcomes = await race(16) { _ in _ = try await house.settle(second.text) }
            #expect(outcomes["ok"] == 1 && outcomes["notFound token_unknown"] == 15)
            #expect(await outcome { _ = try await house.access(session: session) } == "unauthenticated session_expired")
        }
    }

    @Test func `only administrators list or change accounts, and no key does`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, _) = try await house.stranger(by: admin)
            let byKey = try await house.access(key: admin.key)
            let accounts = house.service.accounts
            for access in [stranger, byKey] {
                let wanted = access.bySession ? "notFound" : "forbidden session_required"
                let id = access.bySession ? admin.access.principal : stranger.principal
                #expect(await outcome { try await accounts.setActive(false, id, as: access) } == wanted)
                #expect(await outcome { _ = try await accounts.resetLink(for: id, as: access) } == wanted)
            }
            #expect(
                await outcome { _ = try await accounts.people(after: "", text: "", limit: 0, as: stranger) }
                    == "forbidden")
            let page = try await accounts.people(after: "", text: "", limit: 1, as: admin.access)
            #expect(page.accounts.map(\.name) == ["admin"] && page.next == "admin")
            let rest = try await accounts.people(after: page.next, text: "RANG", limit: 9, as: admin.access)
            #expect(rest.accounts.map(\.name) == ["stranger"] && rest.next.isEmpty)
        }
    }
}
