import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// Whom a token of provisioning cannot touch.
@Suite struct ProvisioningReachTests {
    @Test func `administrators of the instance are managed here`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample(), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            try await house.service.memberships.set(
                Grant(.instanceAdmin, on: .instance), to: ada.id, as: admin.access)
            let off = try Provisioned.Person.Draft.sample("ada", subject: "s1", active: false)
            let service = house.service.provisioning
            #expect(
                await outcome { _ = try await service.save(off, of: ada.id, version: nil, as: token) }
                    == "forbidden account_administers")
            #expect(
                await outcome { try await service.delete(ada.id, version: nil, as: token) }
                    == "forbidden account_administers")
            #expect(try await house.everybody(token).map(\.isInUse) == [true])
        }
    }

    @Test func `an account that has another way in is not the provider's`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample(), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let local = try await house.person("bob", by: admin)
            let event = AuditEvent(.nobody, "identity.link", on: local.principal.text)
            #expect(
                try await house.service.providers.identities.link(
                    try .sample("s-bob", of: acme), of: acme, to: local.principal, telling: event))
            let taken = await outcome { _ = try await house.provisioned("bob", subject: "s-bob", as: token) }
            #expect(taken == "conflict uniqueness")
            // The name alone makes somebody else.
            let other = try await house.provisioned("bob", subject: "s-other", mail: "bob@example.org", as: token)
            #expect(other.id != local.principal)
            #expect(try await house.service.accounts.store.find(other.id)?.email == "")
            #expect(try await house.access(session: try await house.signIn("bob")).principal == local.principal)
        }
    }

    @Test func `who came through the provider alone is known again`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample(), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let came = try await house.arrive(try .sample("s1", of: acme), of: acme)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            #expect(ada.id == came.principal)
            let again = await outcome { _ = try await house.provisioned("ada2", subject: "s1", as: token) }
            #expect(again == "conflict uniqueness")
        }
    }

    @Test func `who an administrator has put out of use stays out`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await house.provisioner(of: try await house.provider(.sample(), by: admin), by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            try await house.service.accounts.setActive(false, ada.id, as: admin.access)
            let renamed = try Provisioned.Person.Draft.sample("ada", subject: "s1", shown: "Ada")
            let saved = try await house.service.provisioning.save(renamed, of: ada.id, version: nil, as: token)
            #expect(!saved.isInUse && saved.isActive && saved.version == 2)
        }
    }

    @Test func `whoever has signed in keeps the subject`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample(), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", as: token)
            let service = house.service.provisioning
            let known = try Provisioned.Person.Draft.sample("ada", subject: "s1")
            _ = try await service.save(known, of: ada.id, version: nil, as: token)
            #expect(try await house.arrive(try .sample("s1", of: acme), of: acme).principal == ada.id)
            let other = try Provisioned.Person.Draft.sample("ada", subject: "s2")
            #expect(
                await outcome { _ = try await service.save(other, of: ada.id, version: nil, as: token) }
                    == "invalid mutability")
            #expect(try await service.save(known, of: ada.id, version: 2, as: token).version == 2)
            #expect(
                await outcome { _ = try await service.save(other, of: ada.id, version: 1, as: token) }
                    == "conflict precondition_failed")
        }
    }

    @Test func `whom a provider keeps, it keeps until it says otherwise`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample("Acme"), by: admin)
            let other = try await house.provider(.sample("Other", issuer: "https://other.example.org"), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let session = try await house.arrive(try .sample("s1", of: acme), of: acme)
            let event = AuditEvent(.nobody, "identity.link", on: ada.id.text)
            #expect(
                try await house.service.providers.identities.link(
                    try .sample("s9", of: other), of: other, to: ada.id, telling: event))
            let left = await outcome {
                try await house.service.providers.removeIdentity(acme.id, as: session)
            }
            #expect(left == "conflict identity_kept")
            try await house.service.providers.removeIdentity(other.id, as: session)
        }
    }

    @Test func `an address is the provider's word, which nobody has proven`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await house.provisioner(of: try await house.provider(.sample(), by: admin), by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", mail: "ada@x.org", as: token)
            try await house.confirmAddress(of: ada.id)
            func save(_ mail: String, _ shown: String) async throws -> String {
                let draft = try Provisioned.Person.Draft.sample("ada", subject: "s1", mail: mail, shown: shown)
                _ = try await house.service.provisioning.save(draft, of: ada.id, version: nil, as: token)
                let found = try await house.owner.first(
                    "SELECT email, email_confirmed_at IS NOT NULL FROM auth.accounts WHERE id = \(ada.id.uuid)",
                    for: .none
                ) { row in "\(try row.read(String.self)) \(try row.read(Bool.self))" }
                return found ?? ""
            }
            #expect(try await save("ada@x.org", "Ada") == "ada@x.org true")
            #expect(try await save("ada@y.org", "Ada") == "ada@y.org false")
            #expect(try await save("", "Ada") == " false")
        }
    }

    @Test func `a provider that is off hears nothing, and one that goes takes its tokens and groups along`()
        async throws
    {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await house.provider(.sample(), by: admin), Scope.workspace(admin.workspace))
            let made = try await house.service.provisioning.createKey(
                of: acme.id, name: "scim", ranges: [], expiresAt: nil, as: admin.access)
            let token = try await house.access(key: made.secret)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let group = try await house.group("writers", ada.id, as: token)
            try await house.service.memberships.set(Grant(.editor, on: here), to: group.id, as: admin.access)
            let off = Provider.sample(id: acme.id, isEnabled: false)
            _ = try await house.service.providers.change(off, secret: "", as: admin.access)
            #expect(await outcome { _ = try await house.everybody(token) } == "forbidden provider_disabled")
            try await house.service.providers.delete(acme.id, as: admin.access)
            #expect(await outcome { _ = try await house.everybody(token) } == "forbidden provisioning_key_required")
            #expect(await outcome { _ = try await house.access(key: made.secret) } == "unauthenticated key_revoked")
            #expect(try await house.service.accounts.store.find(group.id) == nil)
            #expect(try await house.service.accounts.store.find(ada.id) != nil)
        }
    }
}
