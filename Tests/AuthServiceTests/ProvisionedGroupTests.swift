import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// Groups that a provider keeps here, and what they bring.
@Suite struct ProvisionedGroupTests {
    private static func provider(_ house: AuthHouse, _ admin: AuthHouse.Admin) async throws -> Provider {
        let here = Scope.workspace(admin.workspace)
        return try await house.provider(
            .sample(rules: [
                .init(group: "readers", grant: Grant(.viewer, on: here)),
                .init(group: "writers", grant: Grant(.editor, on: here)),
            ]), by: admin)
    }

    private static func put(
        _ group: Provisioned.Group, _ name: String, _ members: ID<Account>..., as token: Access, _ house: AuthHouse
    ) async throws {
        let draft = try Provisioned.Group.Draft(name: name, externalID: "", members: Set(members.map(\.uuid)))
        _ = try await house.service.provisioning.save(draft, of: group.id, version: nil, as: token)
    }

    @Test func `they bring what the rules say at once, the highest, and no more`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let key = try await house.key(of: "s1", at: acme)
            let (readers, writers) = (
                try await house.group("readers", ada.id, as: token), try await house.group("writers", ada.id, as: token)
            )
            #expect(try await house.access(key: key).allows(.log, on: here))
            #expect(try await !house.access(key: key).allows(.administer, on: here))
            try await Self.put(writers, "writers", as: token, house)
            #expect(try await house.access(key: key).allows(.read, on: here))
            #expect(try await !house.access(key: key).allows(.log, on: here))
            try await Self.put(readers, "administrators", ada.id, as: token, house)
            #expect(try await !house.access(key: key).allows(.read, on: here))
            try await Self.put(readers, "writers of another name", ada.id, as: token, house)
            try await house.service.provisioning.delete(group: writers.id, version: nil, as: token)
            try await Self.put(readers, "writers", ada.id, as: token, house)
            #expect(try await house.access(key: key).allows(.log, on: here))
            try await house.service.provisioning.delete(group: readers.id, version: nil, as: token)
            #expect(try await house.access(key: key).grants.allSatisfy { $0.scope == .instance })
            let told = try await house.service.audit.store.list(
                .of(token), in: [admin.workspace.uuid], after: nil, limit: 20)
            #expect(
                told.map(\.action) == [
                    "grant.remove", "grant.set", "grant.remove", "grant.set", "grant.set", "grant.set",
                ])
            #expect(told.allSatisfy { $0.object == ada.id.text && $0.detail.contains(acme.id.text) })
        }
    }

    @Test func `they count instead of a claim`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            func arrive(_ groups: String...) async throws -> Access {
                try await house.arrive(try .sample("s1", groups: groups, of: acme), of: acme)
            }
            #expect(try await arrive("writers").allows(.log, on: here))
            let readers = try await house.group("readers", ada.id, as: token)
            let reader = try await arrive("writers")
            #expect(reader.allows(.read, on: here) && !reader.allows(.log, on: here))
            try await Self.put(readers, "readers", as: token, house)
            #expect(try await !arrive("writers").allows(.read, on: here))
        }
    }

    @Test func `a rule that changes bites at once`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            let token = try await house.provisioner(of: acme, by: admin)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let key = try await house.key(of: "s1", at: acme)
            _ = try await house.group("writers", ada.id, as: token)
            let lowered = Provider.sample(
                id: acme.id, rules: [.init(group: "writers", grant: Grant(.viewer, on: here))])
            _ = try await house.service.providers.change(lowered, secret: "", as: admin.access)
            #expect(try await house.access(key: key).allows(.read, on: here))
            #expect(try await !house.access(key: key).allows(.log, on: here))
            _ = try await house.service.providers.change(.sample(id: acme.id), secret: "", as: admin.access)
            #expect(try await !house.access(key: key).allows(.read, on: here))
        }
    }

    @Test func `roles can be given to them by hand, members cannot`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (acme, here) = (try await house.provider(.sample(), by: admin), Scope.workspace(admin.workspace))
            let token = try await house.provisioner(of: acme, by: admin)
            _ = try await house.service.groups.create(name: "lab", description: "", home: nil, as: admin.access)
            let ada = try await house.provisioned("ada", subject: "s1", as: token)
            let key = try await house.key(of: "s1", at: acme)
            let lab = try await house.group("lab", ada.id, as: token)
            #expect(try await house.service.accounts.store.find(lab.id)?.name == "lab (Acme)")
            try await house.service.memberships.set(Grant(.commenter, on: here), to: lab.id, as: admin.access)
            #expect(try await house.access(key: key).allows(.comment, on: here))
            let change = await outcome {
                try await house.service.groups.change(
                    lab.id, adding: [admin.access.principal], as: admin.access)
            }
            let delete = await outcome { try await house.service.groups.delete(lab.id, as: admin.access) }
            #expect(change == "conflict group_provisioned" && delete == "conflict group_provisioned")
            try await Self.put(lab, "laboratory", as: token, house)
            #expect(try await !house.access(key: key).allows(.comment, on: here))
            #expect(try await house.service.accounts.store.find(lab.id)?.name == "laboratory")
        }
    }

    @Test func `people and groups are found by what is asked for`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await house.provisioner(of: try await house.provider(.sample(), by: admin), by: admin)
            let ada = try await house.provisioned("Ada@x.org", subject: "S1", mail: "ada@x.org", as: token)
            let bob = try await house.provisioned("bob", subject: "s2", as: token)
            let group = try await house.group("Lab", bob.id, as: token)
            let service = house.service.provisioning
            func people(_ terms: Provisioned.Person.Term...) async throws -> [ID<Account>] {
                try await service.people(terms, .init(start: 0, count: 10), as: token).people.map(\.id)
            }
            #expect(try await people(.init(.userName, "ada@X.org")) == [ada.id])
            #expect(try await people(.init(.externalID, "s1")) == [])
            #expect(try await people(.init(.externalID, "S1"), .init(.active, "true")) == [ada.id])
            #expect(try await people(.init(.email, "@X", .co)) == [ada.id])
            #expect(try await people(.init(.userName, "b", .sw)) == [bob.id])
            #expect(try await people(.init(.userName, "%", .co)) == [])
            #expect(try await people(.init(.externalID, "", .pr)) == [ada.id, bob.id])
            let second = try await service.people([], .init(start: 1, count: 1), as: token)
            #expect(second.people.map(\.id) == [bob.id] && second.total == 2)
            let found = try await service.groups(
                [.init(.member, bob.id.text)], .init(start: 0, count: 10), members: .left, as: token)
            #expect(found.groups.map(\.id) == [group.id] && found.groups.map(\.members) == [[]])
        }
    }
}
