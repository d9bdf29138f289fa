import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct GrantTests {
    @Test func `the last owner stays`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (place, me) = (Scope.workspace(admin.workspace), admin.access.principal)
            let members = house.service.memberships
            #expect(
                await outcome { try await members.remove(place, from: me, as: admin.access) } == "conflict last_owner")
            #expect(
                await outcome { try await members.set(Grant(.viewer, on: place), to: me, as: admin.access) }
                    == "conflict last_owner")
            #expect(
                await outcome { try await members.remove(.instance, from: me, as: admin.access) }
                    == "conflict last_owner")
            let ada = try await house.person("ada", [Grant(.owner, on: place)], by: admin)
            try await members.remove(place, from: me, as: ada)
            #expect(await outcome { try await members.remove(place, from: me, as: ada) } == "ok")
        }
    }

    @Test func `two owners who put each other out leave one`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.owner, on: place)], by: admin)
            for _ in 0..<10 {
                let pair = [admin.access, ada]
                _ = await race(2) { index in
                    try await house.service.memberships.remove(place, from: pair[1 - index].principal, as: pair[index])
                }
                let owners = try await house.service.memberships.store.list(in: place).filter {
                    $0.grant.role == .owner
                }
                #expect(owners.count == 1)
                try await house.owner.run(
                    """
                    INSERT INTO auth.grants (workspace_id, project_id, account_id, role, granted_by)
                    SELECT \(admin.workspace.uuid), \(UUID.none), id, 'owner', id FROM auth.accounts
                    ON CONFLICT (workspace_id, project_id, account_id) DO NOTHING
                    """, for: .none)
            }
        }
    }

    @Test func `the schema itself keeps the last owner`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let result = await outcome { try await house.database.run("DELETE FROM auth.grants", for: .none) }
            #expect(result == "postgres 23000")
        }
    }

    @Test func `nobody gives, takes or changes a role above their own`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.admin, on: place)], by: admin)
            let bob = try await house.person("bob", [Grant(.editor, on: place)], by: admin)
            let members = house.service.memberships
            func set(_ role: Role, _ whom: Access, by: Access) async -> String {
                await outcome { try await members.set(Grant(role, on: place), to: whom.principal, as: by) }
            }
            #expect(await set(.owner, bob, by: ada) == "forbidden role_above_own")
            #expect(await set(.owner, ada, by: ada) == "forbidden role_above_own")
            #expect(await set(.viewer, admin.access, by: ada) == "forbidden role_above_own")
            #expect(
                await outcome { try await members.remove(place, from: admin.access.principal, as: ada) }
                    == "forbidden role_above_own")
            #expect(await set(.admin, bob, by: ada) == "ok")
            #expect(await set(.viewer, ada, by: try await house.access(session: house.signIn("bob"))) == "ok")
            // What was signed for ada a moment ago still says admin; the database is asked.
            #expect(await set(.viewer, bob, by: ada) == "forbidden")
            #expect(await set(.viewer, admin.access, by: bob) == "forbidden")
        }
    }

    @Test func `whoever makes a workspace owns it, and only the first`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let people = [try await house.person("ada", by: admin), try await house.person("bob", by: admin)]
            let fresh = Scope.workspace(.fresh())
            let results = await race(16) { index in
                let me = people[index % 2]
                try await house.service.memberships.set(Grant(.owner, on: fresh), to: me.principal, as: me)
            }
            #expect(results == ["ok": 1, "notFound": 15])
            let taken = Scope.workspace(admin.workspace)
            for role in [Role.owner, .viewer] {
                #expect(
                    await outcome {
                        try await house.service.memberships.set(
                            Grant(role, on: taken), to: people[0].principal, as: people[0])
                    } == "notFound")
            }
        }
    }

    @Test func `the administrator of the instance has no way into a workspace`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let hers = Scope.workspace(.fresh())
            try await house.service.memberships.set(Grant(.owner, on: hers), to: ada.principal, as: ada)
            let members = house.service.memberships
            #expect(await outcome { _ = try await members.list(in: hers, as: admin.access) } == "notFound")
            #expect(
                await outcome {
                    try await members.set(Grant(.viewer, on: hers), to: admin.access.principal, as: admin.access)
                } == "notFound")
            #expect(
                await outcome { try await members.remove(hers, from: ada.principal, as: admin.access) } == "notFound")
        }
    }

    @Test func `members see names, and who manages them addresses`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.viewer, on: place)], by: admin)
            let seen = try await house.service.memberships.list(in: place, as: ada)
            #expect(seen.map(\.name) == ["ada", "admin"] && seen.allSatisfy { $0.email.isEmpty })
            let managed = try await house.service.memberships.list(in: place, as: admin.access)
            #expect(managed.first?.email == "ada@example.org")
            #expect(
                await outcome { _ = try await house.service.memberships.list(in: .instance, as: ada) } == "forbidden")
        }
    }

    @Test func `who is put out of a workspace is out of its projects`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (place, project) = (Scope.workspace(admin.workspace), Scope.project(.fresh(), in: admin.workspace))
            let ada = try await house.person("ada", [Grant(.editor, on: project)], by: admin)
            #expect(ada.allows(.log, on: project) && !ada.allows(.read, on: place))
            try await house.service.memberships.remove(place, from: ada.principal, as: admin.access)
            let after = try await house.access(session: try await house.signIn("ada"))
            #expect(!after.allows(.read, on: project))
        }
    }

    @Test func `a role is held where it belongs, by whoever exists`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let nobody = await outcome {
                try await house.service.memberships.set(
                    Grant(.viewer, on: .workspace(admin.workspace)), to: .fresh(), as: admin.access)
            }
            #expect(nobody == "notFound account_unknown")
            let misplaced = await outcome {
                try await house.service.memberships.set(
                    Grant(.owner, on: .instance), to: admin.access.principal, as: admin.access)
            }
            #expect(misplaced != "ok")
        }
    }
}
