import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct CustomRoleTests {
    private func role(
        _ house: AuthHouse, _ admin: AuthHouse.Admin, _ actions: Set<Action>, _ name: String = "reviewer"
    ) async throws -> ID<CustomRole> {
        try await house.service.roles.save(nil, name: name, actions: actions, in: admin.workspace, as: admin.access)
    }

    private func give(
        _ house: AuthHouse, _ custom: ID<CustomRole>, to account: ID<Account>, in workspace: ID<Workspace>,
        as access: Access
    ) async throws {
        try await house.service.memberships.set(
            Grant(custom: [], on: .workspace(workspace)), custom: custom, to: account, as: access)
    }

    @Test func `a role of one's own allows what it names, and follows when it is changed`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", by: admin)
            let custom = try await role(house, admin, [.read, .delete])
            try await give(house, custom, to: ada.principal, in: admin.workspace, as: admin.access)
            func allowed() async throws -> Set<Action> {
                let access = try await house.access(session: try await house.signIn("ada"))
                return Set(Action.allCases.filter { access.allows($0, on: place) })
            }
            #expect(try await allowed() == [.read, .delete])
            _ = try await house.service.roles.save(
                custom, name: "reader", actions: [.read], in: admin.workspace, as: admin.access)
            #expect(try await allowed() == [.read])
            let members = try await house.service.memberships.list(in: place, as: admin.access)
            #expect(members.first { $0.name == "ada" }?.customName == "reader")
            #expect(
                await outcome { try await house.service.roles.delete(custom, in: admin.workspace, as: admin.access) }
                    == "conflict role_held")
            try await house.service.memberships.remove(place, from: ada.principal, as: admin.access)
            try await house.service.roles.delete(custom, in: admin.workspace, as: admin.access)
            #expect(try await house.service.roles.list(in: admin.workspace, as: admin.access).isEmpty)
        }
    }

    @Test func `a role is of its workspace alone`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, theirs) = try await house.stranger(by: admin)
            let ada = try await house.person("ada", by: admin)
            let custom = try await role(house, admin, [.read])
            let roles = house.service.roles
            #expect(
                await outcome { try await give(house, custom, to: ada.principal, in: theirs, as: stranger) }
                    == "notFound role_unknown")
            #expect(
                await outcome {
                    _ = try await roles.save(custom, name: "x", actions: [.read], in: theirs, as: stranger)
                } == "notFound role_unknown")
            #expect(
                await outcome { try await roles.delete(custom, in: theirs, as: stranger) } == "notFound role_unknown")
            #expect(await outcome { try await roles.delete(custom, in: admin.workspace, as: stranger) } == "notFound")
            #expect(await outcome { _ = try await roles.list(in: admin.workspace, as: stranger) } == "notFound")
            #expect(try await roles.list(in: theirs, as: stranger).isEmpty)
        }
    }

    @Test func `members and the log cannot be given away by a role of one's own`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            for action in [Action.manageMembers, .readAudit, .administerInstance, .createWorkspace] {
                #expect(
                    await outcome { _ = try await role(house, admin, [.read, action]) } == "invalid action_unknown")
            }
            #expect(await outcome { _ = try await role(house, admin, []) } == "invalid action_unknown")
            #expect(await outcome { _ = try await role(house, admin, [.read], "Owner") } == "conflict role_exists")
            _ = try await role(house, admin, [.read])
            #expect(await outcome { _ = try await role(house, admin, [.log], "REVIEWER") } == "conflict role_exists")
        }
    }

    @Test func `what is denied is denied, whatever the roles say`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (place, project) = (Scope.workspace(admin.workspace), ID<Project>.fresh())
            let ada = try await house.person("ada", [Grant(.editor, on: place)], by: admin)
            let roles = house.service.roles
            let key = try await house.key(of: ada)
            try await roles.deny(Denial([.log, .edit], on: place), to: ada.principal, as: admin.access)
            var access = try await house.access(key: key)
            #expect(access.allows(.read, on: place) && !access.allows(.log, on: place))
            #expect(!access.allows(.log, on: .project(project, in: admin.workspace)))
            #expect(try await roles.denials(in: admin.workspace, as: admin.access).map(\.name) == ["ada"])
            try await roles.deny(Denial([], on: place), to: ada.principal, as: admin.access)
            try await roles.deny(
                Denial([.read], on: .project(project, in: admin.workspace)), to: ada.principal, as: admin.access)
            access = try await house.access(key: key)
            #expect(access.allows(.log, on: place) && access.allows(.read, on: place))
            #expect(!access.allows(.read, on: .project(project, in: admin.workspace)))
        }
    }

    @Test func `why something is denied is kept and told, and it can be lifted from who has left`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.editor, on: place)], by: admin)
            let (stranger, theirs) = try await house.stranger(by: admin)
            let roles = house.service.roles
            func deny(_ reason: String, _ actions: Set<Action> = [.log]) async -> String {
                await outcome {
                    try await roles.deny(
                        Denial(actions, on: place), to: ada.principal, reason: reason, as: admin.access)
                }
            }
            #expect(await deny("two\nlines") == "invalid reason_invalid")
            #expect(await deny(String(repeating: "x", count: 501)) == "invalid reason_invalid")
            #expect(await deny("is on leave") == "ok")
            let entry = try await roles.denials(in: admin.workspace, as: admin.access).first
            #expect(entry?.reason == "is on leave" && entry?.deniedBy == "admin" && entry?.kind == .person)
            #expect(try await roles.denials(in: theirs, as: stranger).isEmpty)
            let told = try await house.service.explanations.explain(
                .log, on: place, for: ada.principal, key: nil, as: ada)
            #expect(told.steps.last?.text == "log is denied in the workspace. Reason: is on leave")
            try await house.service.memberships.remove(place, from: ada.principal, as: admin.access)
            #expect(await deny("", [.read]) == "notFound account_unknown")
            #expect(await deny("", []) == "ok")
            #expect(try await roles.denials(in: admin.workspace, as: admin.access).isEmpty)
        }
    }

    @Test func `nobody denies to themself, to an owner above them, or to strangers`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let helper = try await house.person("helper", [Grant(.admin, on: place)], by: admin)
            let (stranger, theirs) = try await house.stranger(by: admin)
            let roles = house.service.roles
            func deny(_ account: ID<Account>, as access: Access) async -> String {
                await outcome { try await roles.deny(Denial([.read], on: place), to: account, as: access) }
            }
            #expect(await deny(helper.principal, as: helper) == "conflict own_account")
            #expect(await deny(admin.access.principal, as: helper) == "forbidden role_above_own")
            #expect(await deny(stranger.principal, as: admin.access) == "notFound account_unknown")
            #expect(await deny(helper.principal, as: stranger) == "notFound")
            #expect(try await roles.denials(in: theirs, as: stranger).isEmpty)
        }
    }
}
