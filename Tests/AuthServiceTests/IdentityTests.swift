import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct IdentityTests {
    @Test func `the first sign-in makes an account, the next finds it`() async throws {
        try await AuthHouse.with { house in
            let provider = try await house.provider(.sample(), by: try await house.begin())
            let identity = try Identity.sample(
                "s1", name: "ada", email: "ada@example.org", verified: true, of: provider)
            let first = try await house.arrive(identity, of: provider)
            #expect(first.name == "ada")
            #expect(first.allows(.createWorkspace, on: .instance))
            let renamed = try Identity.sample("s1", name: "countess", of: provider)
            let second = try await house.arrive(renamed, of: provider)
            #expect(second.principal == first.principal)
            #expect(second.name == "ada")
            #expect(try await house.service.providers.identities(as: second).map(\.name) == ["countess"])
        }
    }

    @Test func `an account that is out of use is not signed in`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await house.provider(.sample(), by: admin)
            let identity = try Identity.sample("s1", name: "ada", of: provider)
            let ada = try await house.arrive(identity, of: provider)
            try await house.service.accounts.setActive(false, ada.principal, as: admin.access)
            let refusal = await #expect(throws: SignInRefusal.self) {
                _ = try await house.arrive(identity, of: provider)
            }
            #expect(refusal?.check == .accountInactive)
            try await house.service.accounts.setActive(true, ada.principal, as: admin.access)
            #expect(try await house.arrive(identity, of: provider).principal == ada.principal)
        }
    }

    @Test func `sixteen first sign-ins at once make one account`() async throws {
        try await AuthHouse.with { house in
            let provider = try await house.provider(.sample(), by: try await house.begin())
            let identity = try Identity.sample("s1", name: "ada", of: provider)
            #expect(await race(16) { _ in _ = try await house.arrive(identity, of: provider) } == ["ok": 16])
            #expect(try await house.count("accounts") == 2)
            #expect(try await house.count("identities") == 1)
        }
    }

    /// An address proves nothing, verified or not; nor does a name.
    @Test func `nobody is recognized by name or address`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let provider = try await house.provider(.sample(), by: admin)
            for verified in [false, true] {
                let identity = try Identity.sample(
                    "mallory-\(verified)", name: "ada", email: "ada@example.org", verified: verified, of: provider)
                let other = try await house.arrive(identity, of: provider)
                #expect(other.principal != ada.principal)
                #expect(other.name.hasPrefix("ada-"))
            }
            #expect(try await house.service.providers.identities(as: ada).isEmpty)
            let addresses = try await house.owner.rows(
                "SELECT email FROM auth.accounts WHERE email <> '' ORDER BY 1", for: .none
            ) { row in try row.read(String.self) }
            #expect(addresses == ["ada@example.org"])
        }
    }

    @Test func `the same subject elsewhere is somebody else`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let one = try await house.provider(.sample("One"), by: admin)
            let two = try await house.provider(.sample("Two"), by: admin)
            let first = try await house.arrive(try .sample("same", of: one), of: one)
            let second = try await house.arrive(try .sample("same", of: two), of: two)
            #expect(first.principal != second.principal)
        }
    }

    @Test func `an account is made only where policy says so`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            func outcomeOf(_ provider: Provider, _ email: String, _ verified: Bool) async throws -> String {
                let made = try await house.provider(provider, by: admin)
                let identity = try Identity.sample("s", email: email, verified: verified, of: made)
                do {
                    _ = try await house.arrive(identity, of: made)
                    return "ok"
                } catch let refusal as SignInRefusal {
                    return refusal.check.rawValue
                }
            }
            #expect(try await outcomeOf(.sample("a", creates: false), "x@example.org", true) == "account_unknown")
            let domains = ["example.org"]
            #expect(try await outcomeOf(.sample("b", domains: domains), "x@example.org", false) == "email_domain")
            #expect(try await outcomeOf(.sample("c", domains: domains), "x@evil.example", true) == "email_domain")
            #expect(
                try await outcomeOf(.sample("d", domains: domains), "x@example.org@evil.example", true)
                    == "email_domain")
            #expect(try await outcomeOf(.sample("e", domains: domains), "x@sub.example.org", true) == "email_domain")
            #expect(try await outcomeOf(.sample("f", domains: domains), "x@Example.ORG", true) == "ok")
            #expect(try await house.count("accounts") == 2)
        }
    }

    @Test func `an identity is joined to one account, and to no other`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, bob) = (try await house.person("ada", by: admin), try await house.person("bob", by: admin))
            let provider = try await house.provider(.sample(creates: false), by: admin)
            let identity = try Identity.sample("s1", of: provider)
            func link(_ access: Access, _ identity: Identity) async throws -> Bool {
                try await house.service.providers.identities.link(
                    identity, of: provider, to: access.principal,
                    telling: AuditEvent(AuditEvent.Actor(access), "identity.link", on: access.principal.text))
            }
            #expect(try await link(ada, identity))
            #expect(try await !link(bob, identity))
            // One of each provider.
            #expect(try await !link(ada, try .sample("s2", of: provider)))
            #expect(try await house.arrive(identity, of: provider).principal == ada.principal)
            #expect(try await house.service.providers.identities(as: bob).isEmpty)
            #expect(
                await outcome { try await house.service.providers.removeIdentity(provider.id, as: bob) } == "notFound")
            let key = try await house.access(key: try await house.key(of: ada))
            #expect(
                await outcome { _ = try await house.service.providers.identities(as: key) }
                    == "forbidden session_required")
            #expect(
                await outcome { try await house.service.providers.removeIdentity(provider.id, as: key) }
                    == "forbidden session_required")
            try await house.service.providers.removeIdentity(provider.id, as: ada)
            #expect(try await house.service.providers.identities(as: ada).isEmpty)
        }
    }

    @Test func `the last way in stays`() async throws {
        try await AuthHouse.with { house in
            let provider = try await house.provider(.sample(), by: try await house.begin())
            let ada = try await house.arrive(try .sample("s1", of: provider), of: provider)
            #expect(
                await outcome { try await house.service.providers.removeIdentity(provider.id, as: ada) }
                    == "conflict last_way_in")
        }
    }

    /// A provider's word is as good as a password, and no better, unless it says that it has asked for more.
    @Test func `who has a second factor is asked for it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await house.provider(.sample(), by: admin)
            let identity = try Identity.sample("s1", factors: ["pwd"], of: provider)
            let ada = try await house.enrol(try await house.arrive(identity, of: provider))
            let sessions = try await house.count("sessions")
            let draft = Session.Draft(address: "", client: "")
            let outcome = try await house.service.providers.identities.signIn(
                .init(identity: identity, provider: provider, session: draft))
            guard case .pending(let pending) = outcome else { throw Failure(.bug, "nothing is asked for") }
            #expect(try await house.count("sessions") == sessions)
            let token = try await house.secondStep(pending.token.text, code: house.code(ada, 1))
            #expect(try await house.access(session: token).assurance.hasSecondFactor)
            let proven = try Identity.sample("s1", factors: ["pwd", "mfa"], of: provider)
            let access = try await house.arrive(proven, of: provider)
            #expect(access.principal == ada.access.principal && access.assurance.hasSecondFactor)
        }
    }

    @Test func `a way in is added only soon after one has proven oneself`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await house.provider(.sample(), by: admin)
            func begin(_ access: Access) async -> String {
                await outcome {
                    _ = try await house.service.providerSignIns.begin(
                        provider.id, next: "/", address: "", linking: access)
                }
            }
            let token = try await house.signIn("admin")
            try await house.owner.run("UPDATE auth.sessions SET proved_at = now() - interval '11 minutes'", for: .none)
            #expect(await begin(try await house.access(session: token)) == "forbidden reauth_required")
            #expect(await begin(try await house.access(key: admin.key)) == "forbidden session_required")
        }
    }
}
