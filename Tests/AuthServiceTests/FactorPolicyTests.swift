import AuthClient
import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct FactorPolicyTests {
    private func set(
        _ house: AuthHouse, _ demand: FactorDemand, in workspace: ID<Workspace>? = nil, as access: Access
    ) async throws {
        try await house.service.policies.set(demand, in: workspace, from: "192.0.2.1", as: access)
    }

    /// The administrator after the first code: what the session says changes with the next question.
    private func settled(_ house: AuthHouse) async throws -> (AuthHouse.Admin, Enrolled) {
        let admin = try await house.begin()
        let enrolled = try await house.enrol(admin.access)
        house.clock.advance(60)
        let token = try await house.signIn("admin", code: house.code(enrolled))
        let access = try await house.access(session: token)
        return (AuthHouse.Admin(access: access, key: admin.key, workspace: admin.workspace), enrolled)
    }

    @Test func `who has none asks none of others`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let result = await outcome { try await set(house, .everybody, as: admin.access) }
            #expect(result == "conflict second_factor_missing")
            try await set(house, .nobody, as: admin.access)
        }
    }

    @Test func `everybody: without one nothing is done but to enrol`() async throws {
        try await AuthHouse.with { house in
            let (admin, _) = try await settled(house)
            _ = try await house.person("ada", [Grant(.editor, on: .workspace(admin.workspace))], by: admin)
            try await set(house, .everybody, as: admin.access)
            let token = try await house.signIn("ada")
            let limited = try await house.access(session: token)
            #expect(limited.assurance.due == .everywhere)
            #expect(await outcome { try limited.requireSettled() } == "forbidden second_factor_required")
            #expect(
                await outcome { _ = try limited.require(.read, on: .workspace(admin.workspace)) }
                    == "forbidden second_factor_required")
            #expect(limited.workspaces(allowing: .read).isEmpty)
            let enrolled = try await house.enrol(limited)
            let free = try await house.access(session: token)
            #expect(free.assurance.due == .nowhere)
            _ = try free.require(.log, on: .workspace(admin.workspace))
            house.clock.advance(60)
            _ = try await house.signIn("ada", code: house.code(enrolled))
            try await house.service.factors.remove(from: "", as: free)
            #expect(try await house.access(session: token).assurance.due == .everywhere)
        }
    }

    @Test func `administrators: others go on as they did`() async throws {
        try await AuthHouse.with { house in
            let (admin, _) = try await settled(house)
            _ = try await house.person("ada", by: admin)
            let second = try await house.person("second", by: admin)
            try await house.service.memberships.set(
                Grant(.instanceAdmin, on: .instance), to: second.principal, as: admin.access)
            try await set(house, .administrators, as: admin.access)
            #expect(try await house.access(session: try await house.signIn("ada")).assurance.due == .nowhere)
            let shut = try await house.access(session: try await house.signIn("second"))
            #expect(shut.assurance.due == .everywhere)
            let opening = await outcome { try await set(house, .nobody, as: shut) }
            #expect(opening == "forbidden second_factor_required")
        }
    }

    @Test func `a workspace asks its members, and nobody else`() async throws {
        try await AuthHouse.with { house in
            let (admin, _) = try await settled(house)
            let other = ID<Workspace>.fresh()
            let grants = [Grant(.editor, on: .workspace(admin.workspace)), Grant(.editor, on: .workspace(other))]
            let ada = try await house.person("ada", [grants[0]], by: admin)
            try await house.service.memberships.set(
                Grant(.owner, on: .workspace(other)), to: ada.principal, as: ada)
            let eve = try await house.person("eve", by: admin)
            #expect(
                await outcome { try await set(house, .everybody, in: admin.workspace, as: ada) } == "forbidden")
            #expect(
                await outcome { try await set(house, .everybody, in: admin.workspace, as: eve) } == "notFound")
            #expect(
                await outcome { _ = try await house.service.policies.show(admin.workspace, as: eve) } == "notFound")
            #expect(
                await outcome { try await set(house, .administrators, in: admin.workspace, as: admin.access) }
                    == "invalid demand_invalid")
            try await set(house, .everybody, in: admin.workspace, as: admin.access)
            let limited = try await house.access(session: try await house.signIn("ada"))
            #expect(limited.assurance.due == .workspaces([admin.workspace]))
            #expect(
                await outcome { _ = try limited.require(.log, on: .project(.fresh(), in: admin.workspace)) }
                    == "forbidden second_factor_required")
            _ = try limited.require(.administer, on: .workspace(other))
            #expect(limited.workspaces(allowing: .read) == [other])
            #expect(try await house.access(session: try await house.signIn("eve")).assurance.due == .nowhere)
            let told = try await house.service.audit.store.page(in: admin.workspace, after: 0, limit: 100)
            #expect(told.last?.action == "factor.policy" && told.last?.detail == #"{"demand":"everybody"}"#)
        }
    }

    @Test func `keys that were made before go on`() async throws {
        try await AuthHouse.with { house in
            let (admin, _) = try await settled(house)
            let ada = try await house.person("ada", [Grant(.editor, on: .workspace(admin.workspace))], by: admin)
            let key = try await house.key(of: ada)
            try await set(house, .everybody, as: admin.access)
            let access = try await house.access(key: key)
            _ = try access.require(.log, on: .workspace(admin.workspace))
            #expect(await outcome { try access.requireSettled() } == "ok")
        }
    }
}
