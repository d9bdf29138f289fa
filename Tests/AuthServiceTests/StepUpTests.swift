import AuthClient
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

/// Proving a session anew, and changing the password.
@Suite struct StepUpTests {
    private func prove(
        _ house: AuthHouse, _ access: Access, password: String = AuthHouse.password, code: String = "",
        recovery: String = ""
    ) async throws -> String {
        try await house.service.sessions.reauthenticate(
            password: password, try .given(code: code, recovery: recovery), from: "192.0.2.1", as: access
        ).token.text
    }

    @Test func `a session that is proven again is fresh, under another token`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let old = try await house.signIn("admin")
            try await house.age(minutes: 11)
            let stale = try await house.access(session: old)
            #expect(await outcome { _ = try await house.key(of: stale) } == "forbidden reauth_required")
            let csrf = try await house.service.sessions.authenticate(old).csrf
            let new = try await prove(house, stale)
            #expect(await outcome { _ = try await house.access(session: old) } == "unauthenticated session_unknown")
            let access = try await house.access(session: new)
            #expect(access.credential == stale.credential)
            #expect(try await house.service.sessions.authenticate(new).csrf != csrf)
            _ = try await house.key(of: access)
        }
    }

    @Test func `ten minutes are fresh and a second more is not`() async throws {
        let now = Date()
        func access(_ seconds: TimeInterval) -> Access {
            Access(
                kind: .person, principal: .fresh(), name: "ada", grants: [], credential: .fresh(), bySession: true,
                assurance: Assurance(provedAt: now.addingTimeInterval(-seconds)), expiresAt: .distantFuture)
        }
        #expect(await outcome { try access(599).requireRecentProof(now: now) } == "ok")
        #expect(await outcome { try access(600).requireRecentProof(now: now) } == "forbidden reauth_required")
    }

    @Test func `it takes the second factor too, and spends the code`() async throws {
        try await AuthHouse.with { house in
            let enrolled = try await house.enrol(try await house.begin().access)
            house.clock.advance(60)
            #expect(
                await outcome { _ = try await prove(house, enrolled.access) }
                    == "unauthenticated second_factor_missing")
            #expect(
                await outcome { _ = try await prove(house, enrolled.access, password: "x", code: house.code(enrolled)) }
                    == "unauthenticated password_refused")
            let code = house.code(enrolled)
            let results = await race(16) { _ in _ = try await prove(house, enrolled.access, code: code) }
            #expect(results["ok"] == 1, "\(results)")
            #expect(
                await outcome { _ = try await house.signIn("admin", code: code) }
                    == "unauthenticated second_factor_refused")
            try await house.forgetTries()
            _ = try await prove(house, enrolled.access, recovery: enrolled.recoveryCodes[0])
        }
    }

    @Test func `guessing the password of a session left open is slowed down`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let results = await race(20) { _ in _ = try await prove(house, admin.access, password: "wrong") }
            #expect(results == ["unauthenticated password_refused": 10, "exhausted sign_in_throttled": 10])
            let key = try await house.access(key: admin.key)
            #expect(await outcome { _ = try await prove(house, key) } == "forbidden session_required")
        }
    }

    @Test func `an account without a password is told to sign in again`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            try await house.owner.run("UPDATE auth.accounts SET password = NULL", for: .none)
            #expect(
                await outcome { _ = try await prove(house, admin.access, password: "") } == "forbidden password_missing"
            )
        }
    }

    @Test func `nobody proves another's session, nor one that has ended`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let eve = try await house.person("eve", by: admin)
            let mixed = Access(
                kind: .person, principal: eve.principal, name: "eve", grants: [],
                credential: admin.access.credential, bySession: true, expiresAt: .distantFuture)
            #expect(await outcome { _ = try await prove(house, mixed) } == "unauthenticated session_expired")
            #expect(try await house.service.sessions.list(as: admin.access).count == 1)
            _ = try await house.service.sessions.end(eve.credential, as: eve)
            #expect(await outcome { _ = try await prove(house, eve) } == "unauthenticated session_expired")
        }
    }

    private func change(
        _ house: AuthHouse, _ access: Access, from current: String = AuthHouse.password,
        to new: String = "another walk, and longer"
    ) async throws {
        try await house.service.sessions.changePassword(
            current, to: new, policy: PasswordPolicy(), from: "192.0.2.1", as: access)
    }

    @Test func `a new password ends the other sessions and the links`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let other = try await house.signIn("ada")
            let link = OpaqueToken.fresh()
            try await house.owner.run(AccountStore.insert(link, for: ada.principal), for: .none)
            #expect(await outcome { try await change(house, ada, from: "wrong") } == "unauthenticated password_refused")
            #expect(await outcome { try await change(house, ada, to: "short") } == "invalid password_too_short")
            try await change(house, ada)
            #expect(await outcome { _ = try await house.access(session: other) } == "unauthenticated session_expired")
            #expect(await outcome { _ = try await house.settle(link.text) } == "notFound token_unknown")
            #expect(try await house.service.sessions.list(as: ada).map(\.id) == [ada.credential])
            #expect(await outcome { _ = try await house.signIn("ada") } == "unauthenticated sign_in_refused")
            _ = try await house.signIn("ada", "another walk, and longer")
            _ = try await house.signIn("admin")
            let told = try await house.service.audit.store.page(in: nil, after: 0, limit: 1000)
            #expect(told.filter { $0.action == "password.change" }.map(\.actor) == ["ada"])
            let key = try await house.access(key: admin.key)
            #expect(await outcome { try await change(house, key) } == "forbidden session_required")
        }
    }

    @Test func `who has a second factor changes it in a session proven recently`() async throws {
        try await AuthHouse.with { house in
            let enrolled = try await house.enrol(try await house.begin().access)
            house.clock.advance(60)
            let token = try await house.signIn("admin", code: house.code(enrolled))
            try await house.age(minutes: 11)
            let stale = try await house.access(session: token)
            #expect(await outcome { try await change(house, stale) } == "forbidden reauth_required")
        }
    }

    /// SECURITY W3.
    @Test func `any script counts by its characters, and every byte of a long password counts`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            var current = AuthHouse.password
            for new in ["пятнадцать буквенок", "これは十五文字以上のあいことばです", "👩‍👩‍👧‍👦🏔️🌊🌲🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧"] {
                try await change(house, admin.access, from: current, to: new)
                current = new
            }
            let long = String(repeating: "a walk and ", count: 23) + "x"
            try await change(house, admin.access, from: current, to: long)
            #expect(await outcome { _ = try await house.signIn("admin", long.dropLast() + "y") } != "ok")
            _ = try await house.signIn("admin", long)
            let composed = "fünfzehn zeichen lang"
            try await change(house, admin.access, from: long, to: composed)
            _ = try await house.signIn("admin", composed.decomposedStringWithCanonicalMapping)
        }
    }
}
