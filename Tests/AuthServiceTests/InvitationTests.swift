import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct InvitationTests {
    private func invite(
        _ house: AuthHouse, _ access: Access, _ scope: Scope, _ role: Role = .editor
    ) async throws -> String {
        let draft = try Invitation.Draft(label: "ada@example.org", grant: Grant(role, on: scope))
        _ = try await house.service.invitations.invite(draft, as: access)
        return draft.token.text
    }

    private func join(_ house: AuthHouse, _ token: String, as name: String) async throws -> String {
        let session = Session.Draft(address: "192.0.2.1", client: "test")
        _ = try await house.service.invitations.accept(
            token, name: name, password: AuthHouse.password, beginning: session)
        return session.token.text
    }

    @Test func `who has no account makes one with it, and is signed in`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let token = try await invite(house, admin.access, place)
            let seen = try await house.service.invitations.look(token)
            #expect(seen.label == "ada@example.org" && seen.inviter == "admin" && seen.grant.role == .editor)
            let access = try await house.access(session: try await join(house, token, as: "ada"))
            #expect(access.name == "ada" && access.allows(.log, on: place))
            #expect(access.allows(.createWorkspace, on: .instance))
            _ = try await house.signIn("ada")
            #expect(await outcome { _ = try await house.service.invitations.look(token) } == "notFound token_unknown")
        }
    }

    @Test func `of sixteen who use one, one gets in, and no account is left over`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await invite(house, admin.access, .workspace(admin.workspace))
            let outcomes = await race(16) { index in _ = try await join(house, token, as: "person\(index)") }
            #expect(outcomes == ["ok": 1, "notFound token_unknown": 15])
            let people = try await house.service.accounts.people(after: "", text: "", limit: 0, as: admin.access)
            #expect(people.accounts.count == 2)
        }
    }

    @Test func `a name that is taken spends nothing`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await invite(house, admin.access, .workspace(admin.workspace))
            #expect(await outcome { _ = try await join(house, token, as: "Admin") } == "conflict account_exists")
            _ = try await join(house, token, as: "ada")
        }
    }

    @Test func `who is signed in joins as themself, and keeps a higher role`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.admin, on: place)], by: admin)
            let bob = try await house.person("bob", by: admin)
            for (person, role) in [(ada, Role.admin), (bob, .viewer)] {
                let token = try await invite(house, admin.access, place, .viewer)
                #expect(try await house.service.invitations.accept(token, as: person) == admin.workspace)
                let access = try await house.access(session: try await house.signIn(person.name))
                #expect(access.grants.contains(Grant(role, on: place)))
            }
            let byKey = try await house.access(key: try await house.key(of: bob))
            let token = try await invite(house, admin.access, place)
            #expect(
                await outcome { _ = try await house.service.invitations.accept(token, as: byKey) }
                    == "forbidden session_required")
        }
    }

    @Test func `it is worth nothing once withdrawn, too old, or its maker may no longer invite`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let helper = try await house.person("helper", [Grant(.admin, on: place)], by: admin)
            let invitations = house.service.invitations
            let first = try await invite(house, admin.access, place)
            let open = try await invitations.list(in: admin.workspace, as: admin.access)
            try await invitations.withdraw(try #require(open.first).id, in: admin.workspace, as: admin.access)
            #expect(await outcome { _ = try await invitations.look(first) } == "notFound token_unknown")
            let second = try await invite(house, helper, place)
            try await house.service.memberships.set(Grant(.editor, on: place), to: helper.principal, as: admin.access)
            #expect(await outcome { _ = try await join(house, second, as: "x") } == "notFound token_unknown")
            try await house.service.memberships.set(Grant(.admin, on: place), to: helper.principal, as: admin.access)
            _ = try await invitations.look(second)
            try await house.service.roles.deny(
                Denial([.manageMembers], on: place), to: helper.principal, as: admin.access)
            #expect(await outcome { _ = try await invitations.look(second) } == "notFound token_unknown")
            let third = try await invite(house, admin.access, place)
            try await house.owner.run("UPDATE auth.invitations SET expires_at = now()", for: .none)
            #expect(await outcome { _ = try await join(house, third, as: "x") } == "notFound token_unknown")
        }
    }

    @Test func `others neither invite, see nor withdraw, and nobody invites an owner`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let (stranger, theirs) = try await house.stranger(by: admin)
            let viewer = try await house.person("viewer", [Grant(.viewer, on: place)], by: admin)
            _ = try await invite(house, admin.access, place)
            let invitations = house.service.invitations
            let id = try #require(try await invitations.list(in: admin.workspace, as: admin.access).first).id
            #expect(await outcome { _ = try await invite(house, stranger, place) } == "notFound")
            #expect(await outcome { _ = try await invite(house, viewer, place) } == "forbidden")
            #expect(await outcome { _ = try await invitations.list(in: admin.workspace, as: stranger) } == "notFound")
            #expect(await outcome { try await invitations.withdraw(id, in: theirs, as: stranger) } == "notFound")
            #expect(
                await outcome { try await invitations.withdraw(id, in: admin.workspace, as: stranger) } == "notFound")
            #expect(
                await outcome { _ = try await invite(house, admin.access, place, .owner) } == "invalid role_misplaced")
        }
    }
}
