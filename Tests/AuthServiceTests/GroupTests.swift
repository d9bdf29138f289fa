import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct GroupTests {
    @Test func `members have what their group was granted, while they are in it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", by: admin)
            let key = try await house.key(of: ada)
            let groups = house.service.groups
            let team = try await groups.create(name: "team", description: "", home: nil, as: admin.access)
            try await house.service.memberships.set(Grant(.editor, on: place), to: team, as: admin.access)
            #expect(try await !house.access(key: key).allows(.read, on: place))
            try await groups.change(team, adding: [ada.principal], removing: [], as: admin.access)
            #expect(try await house.access(key: key).allows(.log, on: place))
            #expect(try await groups.members(of: team, as: admin.access).map(\.name) == ["ada"])
            try await house.service.roles.deny(Denial([.log], on: place), to: team, as: admin.access)
            #expect(try await !house.access(key: key).allows(.log, on: place))
            try await groups.change(team, adding: [], removing: [ada.principal], as: admin.access)
            #expect(try await !house.access(key: key).allows(.read, on: place))
        }
    }

    @Test func `a group is renamed, by who manages it, to a name that is free`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, theirs) = try await house.stranger(by: admin)
            let (groups, accounts) = (house.service.groups, house.service.accounts)
            let team = try await groups.create(name: "team", description: "", home: admin.workspace, as: admin.access)
            _ = try await groups.create(name: "other", description: "", home: admin.workspace, as: admin.access)
            _ = try await groups.create(name: "vision", description: "", home: theirs, as: stranger)
            #expect(await outcome { try await groups.change(team, name: "x", as: stranger) } == "notFound")
            #expect(
                await outcome { try await groups.change(team, name: "OTHER", as: admin.access) }
                    == "conflict account_exists")
            #expect(
                await outcome { try await groups.change(team, name: "a@b", as: admin.access) } == "invalid name_invalid"
            )
            try await groups.change(team, name: "vision", as: admin.access)
            try await groups.change(team, description: "sees", as: admin.access)
            try await groups.change(team, adding: [admin.access.principal], as: admin.access)
            let found = try await accounts.residents(.group, of: admin.workspace, as: admin.access)
            #expect(found.map(\.name) == ["other", "vision"])
            #expect(found.last?.description == "sees" && found.last?.members == 1 && found.first?.members == 0)
            let own = try await groups.create(name: "TEAM", description: "", home: admin.workspace, as: admin.access)
            #expect(own != team)
        }
    }

    @Test func `an administrator through a group manages members like any other`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let (ada, bob) = (try await house.person("ada", by: admin), try await house.person("bob", by: admin))
            let team = try await house.service.groups.create(
                name: "leads", description: "", home: nil, as: admin.access)
            try await house.service.memberships.set(Grant(.admin, on: place), to: team, as: admin.access)
            try await house.service.groups.change(team, adding: [ada.principal], removing: [], as: admin.access)
            let lead = try await house.access(session: try await house.signIn("ada"))
            try await house.service.memberships.set(Grant(.viewer, on: place), to: bob.principal, as: lead)
            #expect(
                await outcome {
                    try await house.service.memberships.set(Grant(.owner, on: place), to: team, as: admin.access)
                } == "invalid role_for_people")
        }
    }

    @Test func `where a group holds roles is told to who looks after it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, theirs) = try await house.stranger(by: admin)
            let groups = house.service.groups
            let team = try await groups.create(name: "team", description: "", home: nil, as: admin.access)
            let held = [
                Grant(.instanceAuditor, on: .instance), Grant(.viewer, on: .workspace(theirs)),
            ]
            try await house.service.memberships.set(held[0], to: team, as: admin.access)
            try await house.service.memberships.set(held[1], to: team, as: stranger)
            #expect(try await groups.roles(of: team, as: admin.access) == held)
            #expect(await outcome { _ = try await groups.roles(of: team, as: stranger) } == "notFound")
        }
    }

    @Test func `a workspace's group is nobody else's, and takes nobody unknown`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, theirs) = try await house.stranger(by: admin)
            let ada = try await house.person("ada", [Grant(.viewer, on: .workspace(admin.workspace))], by: admin)
            let groups = house.service.groups
            let team = try await groups.create(
                name: "team", description: "", home: admin.workspace, as: admin.access)
            let own = try await groups.create(name: "team", description: "", home: theirs, as: stranger)
            #expect(await outcome { _ = try await groups.members(of: team, as: stranger) } == "notFound")
            #expect(await outcome { try await groups.delete(team, as: stranger) } == "notFound")
            #expect(
                await outcome { try await groups.change(own, adding: [ada.principal], removing: [], as: stranger) }
                    == "notFound account_unknown")
            let bot = try await house.serviceAccount("ci", by: admin)
            #expect(
                await outcome { try await groups.change(own, adding: [bot], removing: [], as: stranger) }
                    == "notFound account_unknown")
            try await groups.change(team, adding: [ada.principal, bot], removing: [], as: admin.access)
            #expect(
                await outcome { try await groups.change(team, adding: [team], removing: [], as: admin.access) }
                    == "notFound account_unknown")
            try await groups.delete(team, as: admin.access)
            #expect(await outcome { _ = try await groups.members(of: team, as: admin.access) } == "notFound")
        }
    }
}
