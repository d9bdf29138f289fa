import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct ExplanationTests {
    private let workspace = ID<Workspace>.fresh()
    private let project = ID<Project>.fresh()
    private let other = ID<Project>.fresh()

    /// Every mixture of a few roles, denials and limits: told and decided must be the same.
    @Test func `what is told is what is decided`() {
        let places: [Scope] = [.instance, .workspace(workspace), .project(project, in: workspace)]
        let grants: [[Grant]] = [
            [], [Grant(.viewer, on: places[1])], [Grant(.editor, on: places[2])],
            [Grant(.instanceAdmin, on: .instance)],
            [Grant(.viewer, on: places[1]), Grant(.admin, on: places[2])],
            [Grant(custom: [.read, .log], on: places[1])],
        ]
        let denials: [[Denial]] = [[], [Denial([.read, .log], on: places[1])], [Denial([.log], on: places[2])]]
        let limits = [
            Access.Limits(), Access.Limits(actions: [.log]), Access.Limits(workspaces: [workspace]),
            Access.Limits(workspaces: [.fresh()]), Access.Limits(projects: [project]), Access.Limits(projects: [other]),
        ]
        for (held, denied) in grants.flatMap({ grants in denials.map { (grants, $0) } }) {
            for limit in limits {
                let access = Access(
                    kind: .person, principal: .fresh(), name: "x", grants: held, denials: denied, limits: limit,
                    credential: .fresh(), expiresAt: .distantFuture)
                for (action, place) in Action.allCases.flatMap({ action in places.map { (action, $0) } }) {
                    let told = Explanation(
                        action, on: place, isActive: true,
                        held: held.map { Explanation.Held(grant: $0, customName: "own", through: nil) },
                        denied: denied.map { Explanation.Denied(denial: $0, group: nil) },
                        key: Explanation.Key(limits: limit, isAlive: true))
                    #expect(told.allowed == access.allows(action, on: place), "\(action) \(place) \(told)")
                }
            }
        }
    }

    @Test func `it names the role, the group, the denial and the key's limit`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.viewer, on: place)], by: admin)
            let team = try await house.service.groups.create(name: "team", description: "", home: nil, as: admin.access)
            try await house.service.memberships.set(Grant(.editor, on: place), to: team, as: admin.access)
            try await house.service.groups.change(team, adding: [ada.principal], removing: [], as: admin.access)
            try await house.service.roles.deny(Denial([.delete, .log], on: place), to: ada.principal, as: admin.access)
            let key = try await house.access(key: try await house.key(of: ada, limits: Access.Limits(actions: [.read])))
            let told = try await house.service.explanations.explain(
                .log, on: place, for: ada.principal, key: key.credential, as: admin.access)
            #expect(!told.allowed)
            #expect(
                Set(told.steps.map(\.text)) == [
                    "The role viewer in the workspace does not allow log.",
                    "The role editor in the workspace through the group team allows log.",
                    "log is denied in the workspace.", "The key is limited to read.",
                ])
            let comment = try await house.service.explanations.explain(
                .comment, on: place, for: ada.principal, key: nil, as: ada)
            #expect(comment.allowed)
        }
    }

    @Test func `one may ask about oneself and about those whose members one manages`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.viewer, on: place)], by: admin)
            let (stranger, theirs) = try await house.stranger(by: admin)
            func ask(_ account: ID<Account>, _ scope: Scope, _ access: Access) async -> String {
                await outcome {
                    _ = try await house.service.explanations.explain(
                        .read, on: scope, for: account, key: nil, as: access)
                }
            }
            #expect(await ask(ada.principal, place, ada) == "ok")
            #expect(await ask(ada.principal, place, admin.access) == "ok")
            #expect(await ask(admin.access.principal, place, ada) == "notFound")
            #expect(await ask(ada.principal, place, stranger) == "notFound")
            #expect(await ask(ada.principal, .workspace(theirs), stranger) == "notFound")
        }
    }

    @Test func `a key hears what it may do`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let limits = Access.Limits(actions: [.read, .log])
            let key = try await house.access(key: try await house.key(of: admin.access, limits: limits))
            let told = try await house.service.explanations.describe(as: key)
            #expect(told.key?.id == key.credential && told.key?.limits == limits)
            let here = told.holdings.first { $0.0.scope == .workspace(admin.workspace) }
            #expect(here?.1 == [.read, .log])
            #expect(try await house.service.explanations.describe(as: admin.access).key == nil)
        }
    }
}
