import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// Browsers in which somebody has signed in.
@Suite struct KnownBrowserTests {
    /// So many strangers that the name waits.
    private func hammer(_ house: AuthHouse, _ name: String) async {
        for number in 0..<12 { _ = await house.miss(name, number) }
    }

    @Test func `the owner gets in from theirs while strangers hammer`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.person("ada", by: admin)
            let (desk, twin) = (Browser(), try house.twin())
            _ = try await house.signIn("ada", in: desk)
            await hammer(house, "ada")
            #expect(await outcome { _ = try await house.signIn("ada") } == throttled)
            for _ in 0..<15 { _ = try await twin.signIn("ada", in: desk) }
            _ = try await house.signIn("ada@example.org", in: desk)
            #expect(await outcome { _ = try await house.signIn("ada") } == throttled, "strangers wait all the same")
        }
    }

    @Test func `even a network that has no tries left does not keep them out`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let desk = Browser()
            _ = try await house.signIn("admin", in: desk)
            for index in 0..<105 { _ = await outcome { _ = try await house.signIn("n\(index)", "wrong") } }
            #expect(await outcome { _ = try await house.signIn("nobody") } == throttled)
            _ = try await house.signIn("admin", in: desk)
        }
    }

    @Test func `a browser of somebody else buys nothing`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, mallory) = (
                try await house.person("ada", by: admin), try await house.person("mallory", by: admin)
            )
            let (desk, theirs) = (Browser(), Browser())
            _ = try await house.signIn("ada", in: desk)
            _ = try await house.signIn("mallory", in: theirs)
            await hammer(house, "ada")
            #expect(await outcome { _ = try await house.signIn("ada", in: theirs) } == throttled)
            let accounts = house.service.sessions.accounts
            for (browser, key, isKnown) in [
                (desk, "ada", true), (theirs, "ada", false), (theirs, "mallory", true), (Browser(), "ada", false),
            ] {
                let lock = try await accounts.lock(of: key, by: .init(presented: browser.token))
                #expect((lock?.browser != nil) == isKnown)
            }
            #expect(try await house.knownBrowsers(of: ada.principal) == 2)
            #expect(try await house.knownBrowsers(of: mallory.principal) == 2)
        }
    }

    @Test func `ten wrong ones make that browser wait, and no other`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let (desk, phone) = (Browser(), Browser())
            for browser in [desk, phone] { _ = try await house.signIn("admin", in: browser) }
            for _ in 0..<10 { #expect(await house.miss("admin", 1, in: desk) == refused) }
            let failure = await #expect(throws: Failure.self) { _ = try await house.signIn("admin", in: desk) }
            let wait = try #require(failure?.retryAfter)
            #expect(failure?.reason == "sign_in_throttled" && (.seconds(80)...(.seconds(90))).contains(wait))
            _ = try await house.signIn("admin", in: phone)
            _ = try await house.signIn("admin", from: "203.0.113.1")
            try await house.passTries(seconds: 95)
            _ = try await house.signIn("admin", in: desk)
        }
    }

    @Test func `its token is another each time, and goes on for all who use it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            for name in ["ada", "bob"] { _ = try await house.person(name, by: admin) }
            let (shared, copy) = (Browser(), Browser())
            _ = try await house.signIn("ada", in: shared)
            copy.token = shared.token
            for _ in 0..<9 { _ = await house.miss("ada", 1, in: shared) }
            _ = try await house.signIn("bob", in: shared)
            #expect(shared.token != copy.token)
            await hammer(house, "ada")
            await hammer(house, "bob")
            #expect(
                await outcome { _ = try await house.signIn("ada", in: copy) } == throttled, "a copy is worth nothing")
            #expect(await house.miss("ada", 1, in: shared) == refused)
            #expect(await house.miss("ada", 1, in: shared) == throttled, "signing in as another gives no tries back")
            _ = try await house.signIn("bob", in: shared)
            try await house.passTries(seconds: 100)
            _ = try await house.signIn("ada", in: shared)
        }
    }

    @Test func `a new password by a link, leaving everywhere and being put out of use forget them`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, bob) = (try await house.person("ada", by: admin), try await house.person("bob", by: admin))
            let accounts = house.service.accounts
            let endings: [() async throws -> Void] = [
                {
                    let link = try await accounts.resetLink(for: ada.principal, as: admin.access).0
                    _ = try await house.settle(link.text)
                },
                {
                    let session = try await house.access(session: try await house.signIn("ada"))
                    _ = try await house.service.sessions.end(nil, as: session)
                },
                {
                    try await accounts.setActive(false, ada.principal, as: admin.access)
                    try await accounts.setActive(true, ada.principal, as: admin.access)
                },
            ]
            let others = try await house.knownBrowsers(of: bob.principal)
            for ending in endings {
                let desk = Browser()
                _ = try await house.signIn("ada", in: desk)
                try await ending()
                await hammer(house, "ada")
                #expect(await outcome { _ = try await house.signIn("ada", in: desk) } == throttled)
                try await house.forgetTries()
            }
            #expect(try await house.knownBrowsers(of: bob.principal) == others)
            let left = try await house.knownBrowsers(of: ada.principal)
            let one = try await house.access(session: try await house.signIn("ada"))
            let other = try await house.access(session: try await house.signIn("ada"))
            _ = try await house.service.sessions.end(other.credential, as: one)
            #expect(try await house.knownBrowsers(of: ada.principal) == (left ?? 0) + 2, "one session is not all")
        }
    }

    @Test func `the browser of a link is known, and one with a second factor after the second step`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let enrolled = try await house.enrol(admin.access)
            house.clock.advance(60)
            let (before, desk) = (try await house.knownBrowsers(of: admin.access.principal), Browser())
            #expect(before == 1, "that of the link")
            let pending = try await house.firstStep("admin")
            #expect(try await house.knownBrowsers(of: admin.access.principal) == 1)
            let draft = Session.Draft(address: "192.0.2.1", client: "test")
            _ = try await house.service.sessions.finish(
                pending, with: try .given(code: house.code(enrolled), recovery: ""), beginning: draft)
            desk.token = draft.browser.token.text
            #expect(try await house.knownBrowsers(of: admin.access.principal) == 2)
            await hammer(house, "admin")
            #expect(await outcome { _ = try await house.firstStep("admin") } == throttled)
            let again = Session.Draft(address: "192.0.2.1", client: "test", browser: desk.token)
            let waiting = try await house.service.sessions.signIn(
                name: "admin", password: AuthHouse.password, beginning: again)
            guard case .pending = waiting else {
                Issue.record("a second factor is asked for all the same")
                return
            }
        }
    }

    @Test func `what a first step was counted on waits with it, for its account alone`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let eve = try await house.person("eve", by: admin)
            let store = house.service.sessions.pending
            let bytes = (0..<4).map { [UInt8](repeating: $0, count: 32) }
            let pardons = [
                Try.Pardon(names: [bytes[0], bytes[1]], bucket: bytes[2], knownAs: bytes[3]),
                Try.Pardon(names: [], bucket: bytes[1]), .none,
            ]
            for (pardon, account) in zip(pardons, [admin.access.principal, eve.principal, eve.principal]) {
                let pending = PendingSignIn()
                try await store.insert(
                    pending, for: account, pardon: pardon, telling: AuditEvent(.nobody, "session.first_step", on: ""))
                let taken = try #require(try await store.take(pending.token))
                #expect(taken.pardon == pardon && taken.account == account)
            }
        }
    }

    @Test func `an account knows twenty, and none for longer than a year`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (first, desk) = (Browser(), Browser())
            _ = try await house.signIn("admin", in: first)
            _ = try await house.signIn("admin", in: desk)
            for _ in 0..<18 { _ = try await house.signIn("admin", in: Browser()) }
            _ = try await house.signIn("admin", in: desk)
            _ = try await house.signIn("admin", in: Browser())
            #expect(try await house.knownBrowsers(of: admin.access.principal) == 20)
            await hammer(house, "admin")
            #expect(await outcome { _ = try await house.signIn("admin", in: first) } == throttled)
            _ = try await house.signIn("admin", in: desk)
            try await house.owner.run("UPDATE auth.known_browsers SET expires_at = now()", for: .none)
            #expect(await outcome { _ = try await house.signIn("admin", in: desk) } == throttled)
            try await house.service.sessions.store.sweep()
            #expect(try await house.knownBrowsers(of: admin.access.principal) == 0)
        }
    }

    @Test func `those of a directory go by the name there, and each directory has its own`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (tries, here, there) = (house.service.sessions.tries, ID<Provider>.fresh(), ID<Provider>.fresh())
            let draft = Session.Draft(address: "192.0.2.1", client: "test")
            try await house.service.sessions.store.begin(
                draft, for: admin.access.principal, telling: AuditEvent(.nobody, "session.sign_in", on: ""))
            let known = KnownBrowser.Draft(presented: draft.browser.token.text)
            let first = try await tries.take("Ada", in: here, from: "192.0.2.1", by: nil)
            try await tries.succeed(first.pardon, beginning: draft)
            for number in 0..<10 { _ = try await tries.take("ada", in: here, from: "10.0.\(number).1", by: nil) }
            func take(_ name: String, in provider: ID<Provider>, by browser: KnownBrowser.Draft?) async -> String {
                await outcome { _ = try await tries.take(name, in: provider, from: "192.0.2.1", by: browser) }
            }
            #expect(await take("ada", in: here, by: nil) == throttled)
            #expect(await take("ada", in: here, by: .init(presented: OpaqueToken.fresh().text)) == throttled)
            #expect(await take("ada", in: here, by: known) == "ok")
            #expect(await take("ada", in: there, by: nil) == "ok")
            for (name, provider) in [("bob", here), ("ada", there)] {
                let counted = try await tries.take(name, in: provider, from: "192.0.2.1", by: known)
                #expect(counted.names.count == 2, "a stranger's")
            }
            let lock = try await house.service.sessions.accounts.lock(of: "admin", by: known)
            #expect(lock?.browser == nil, "it is not known to the password of here")
            try await house.owner.run("UPDATE auth.accounts SET deactivated_at = now()", for: .none)
            #expect(await take("ada", in: here, by: known) == throttled)
        }
    }
}
