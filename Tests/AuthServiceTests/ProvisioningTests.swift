import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// People whom a provider keeps here (SCIM).
@Suite struct ProvisioningTests {
    @Test func `a token is of its own kind, and has no right at all`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await house.provider(.sample(), by: admin)
            let made = try await house.service.provisioning.createKey(
                of: provider.id, name: "scim", ranges: [], expiresAt: nil, as: admin.access)
            #expect(made.secret.hasPrefix("hlyc_") && made.secret.count == 49)
            let access = try await house.access(key: made.secret)
            #expect(access.kind == .provisioner && access.grants.isEmpty)
            let owner = access.principal
            try await house.service.memberships.set(
                Grant(.instanceAuditor, on: .instance), to: owner, as: admin.access)
            #expect(try await house.access(key: made.secret).grants.isEmpty)
            let other = await outcome {
                _ = try await house.service.keys.create(
                    name: "x", limits: Access.Limits(), ranges: [], expiresAt: nil, for: owner, as: admin.access)
            }
            #expect(other == "conflict provisioner_account")
            let rotated = try await house.service.keys.replace(
                made.key.id, grace: 0, expiresAt: nil, as: admin.access)
            #expect(rotated.secret.hasPrefix("hlyc_"))
            #expect(await outcome { _ = try await house.access(key: made.secret) } == "unauthenticated key_expired")
            #expect(try await house.access(key: rotated.secret).kind == .provisioner)
        }
    }

    @Test func `whoever is made through it signs in through that provider, and no other`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample("Acme", creates: false), by: admin)
            let other = try await house.provider(.sample("Other", issuer: "https://other.example.org"), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada@x.org", subject: "s1", mail: "ada@x.org", as: token)
            #expect(try await house.arrive(try .sample("s1", of: acme), of: acme).principal == ada.id)
            #expect(try await house.arrive(try .sample("s1", of: other), of: other).principal != ada.id)
            let account = try await house.service.accounts.store.find(ada.id)
            #expect(account?.name == "ada" && account?.email == "ada@x.org" && account?.hasPassword == false)
            let unknown = await outcome { _ = try await house.arrive(try .sample("s2", of: acme), of: acme) }
            #expect(unknown.contains("accountUnknown"))
        }
    }

    @Test func `another provider sees and touches nothing`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample("Acme"), by: admin)
            let mine = try await house.provisioner(of: acme, by: admin)
            let theirs = try await house.provisioner(
                of: try await house.provider(.sample("Other", issuer: "https://other.example.org"), by: admin),
                by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: mine)
            let group = try await house.group("writers", ada.id, as: mine)
            let service = house.service.provisioning
            #expect(try await house.everybody(theirs).isEmpty)
            let page = Provisioned.Page(start: 0, count: 10)
            #expect(try await service.people([.init(.id, ada.id.text)], page, as: theirs).total == 0)
            #expect(try await service.groups([.init(.name, "writers")], page, members: .read, as: theirs).total == 0)
            let draft = try Provisioned.Person.Draft.sample("eve", active: false)
            let empty = try Provisioned.Group.Draft(name: "none", externalID: "", members: [])
            let tried = [
                await outcome { _ = try await service.save(draft, of: ada.id, version: nil, as: theirs) },
                await outcome { try await service.delete(ada.id, version: nil, as: theirs) },
                await outcome { _ = try await service.save(empty, of: group.id, version: nil, as: theirs) },
                await outcome { try await service.delete(group: group.id, version: nil, as: theirs) },
            ]
            #expect(tried == Array(repeating: "notFound resource_unknown", count: 4))
            let foreign = await outcome { _ = try await house.group("mixed", ada.id, as: theirs) }
            #expect(foreign == "invalid field_invalid")
            // The same name and subject are another person there.
            #expect(try await house.provisioned("ada", subject: "s1", as: theirs).id != ada.id)
            #expect(try await house.everybody(mine).map(\.version) == [1])
            #expect(
                try await service.groups([], page, members: .read, as: mine).groups.map(\.members) == [[ada.id.uuid]])
        }
    }

    @Test func `whoever is put out of use loses sessions and keys, and gets none of them back`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let acme = try await house.provider(.sample(), by: admin)
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let key = try await house.key(of: "s1", at: acme)
            let off = try Provisioned.Person.Draft.sample("ada", subject: "s1", active: false)
            let gone = try await house.service.provisioning.save(off, of: ada.id, version: 1, as: token)
            #expect(!gone.isInUse && !gone.isActive)
            #expect(await outcome { _ = try await house.access(key: key) } == "unauthenticated key_revoked")
            let session = await outcome { _ = try await house.arrive(try .sample("s1", of: acme), of: acme) }
            #expect(session.contains("accountInactive"))
            let on = try Provisioned.Person.Draft.sample("ada", subject: "s1")
            #expect(try await house.service.provisioning.save(on, of: ada.id, version: 2, as: token).isInUse)
            #expect(await outcome { _ = try await house.access(key: key) } == "unauthenticated key_revoked")
            #expect(try await house.arrive(try .sample("s1", of: acme), of: acme).principal == ada.id)
            let told = try await house.service.audit.store.list(
                .of(token), in: [.none], after: nil, limit: 10)
            #expect(told.map(\.action) == ["account.reactivate", "account.deactivate", "account.create"])
            #expect(told.allSatisfy { $0.detail.contains(acme.id.text) && $0.detail.contains(#""provider":"Acme""#) })
        }
    }

    @Test func `a name that is used again after a delete is somebody new`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await house.provider(.sample(), by: admin), Scope.workspace(admin.workspace))
            let token = try await house.provisioner(of: acme, by: admin)
            let first = try await house.provisioned("ada", subject: "s1", mail: "ada@x.org", as: token)
            let group = try await house.group("writers", first.id, as: token)
            try await house.service.memberships.set(Grant(.editor, on: here), to: first.id, as: admin.access)
            try await house.confirmAddress(of: first.id)
            try await house.service.provisioning.delete(first.id, version: nil, as: token)
            #expect(try await house.everybody(token).isEmpty)
            let members = try await house.service.provisioning.groups(
                [.init(.id, group.id.text)], .init(start: 0, count: 1), members: .read, as: token)
            #expect(members.groups.map(\.members) == [[]])
            let second = try await house.provisioned("ada", subject: "s1", mail: "ada@x.org", as: token)
            #expect(second.id != first.id && second.groups.isEmpty)
            let arrived = try await house.arrive(try .sample("s1", of: acme), of: acme)
            #expect(arrived.principal == second.id && !arrived.allows(.read, on: here))
            #expect(try await house.service.accounts.store.find(second.id)?.email == "ada@x.org")
            #expect(try await house.service.accounts.store.find(first.id)?.deactivatedAt != nil)
        }
    }

    @Test func `sixteen make one of a name`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await house.provisioner(of: try await house.provider(.sample(), by: admin), by: admin)
            let found = await race(16) { index in
                _ = try await house.provisioned(index % 2 == 0 ? "Ada" : "ada", subject: "s\(index)", as: token)
            }
            #expect(found == ["ok": 1, "conflict uniqueness": 15])
        }
    }
}
