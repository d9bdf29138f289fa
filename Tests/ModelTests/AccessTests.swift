import Foundation
import TestKit
import Testing

@testable import Model

@Suite struct AccessTests {
    private static let workspaces = (0..<3).map { _ in ID<Workspace>.fresh() }
    private static let projects = (0..<4).map { _ in ID<Project>.fresh() }

    private static var scopes: [Scope] {
        [.instance] + workspaces.map { .workspace($0) }
            + workspaces.flatMap { workspace in projects.map { .project($0, in: workspace) } }
    }

    private func access(_ grants: [Grant], _ limits: Access.Limits = Access.Limits()) -> Access {
        Access(
            kind: .person, principal: .fresh(), name: "ada", grants: grants, limits: limits, credential: .fresh(),
            expiresAt: .distantFuture)
    }

    private func randomGrants(_ random: inout SeededRandom) -> [Grant] {
        (0..<Int.random(in: 0...4, using: &random)).compactMap { _ in
            guard let scope = Self.scopes.randomElement(using: &random) else { return nil }
            let roles = scope == .instance ? [.instanceUser, .instanceAuditor, .instanceAdmin] : Role.scoped
            return roles.randomElement(using: &random).map { Grant($0, on: scope) }
        }
    }

    private func some<T: Hashable>(_ all: [T], _ random: inout SeededRandom) -> Set<T> {
        Set(all.filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
    }

    private func randomLimits(_ random: inout SeededRandom) -> Access.Limits {
        Access.Limits(
            actions: some(Action.allCases, &random), workspaces: some(Self.workspaces, &random),
            projects: some(Self.projects, &random))
    }

    /// Every pair of scope and action that is allowed.
    private func allowed(_ access: Access) -> Set<String> {
        var found: Set<String> = []
        for scope in Self.scopes {
            for action in Action.allCases where access.allows(action, on: scope) { found.insert("\(action) \(scope)") }
        }
        return found
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `limits only ever take away`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let grants = randomGrants(&random)
            let (free, limited) = (access(grants), access(grants, randomLimits(&random)))
            #expect(allowed(limited).isSubset(of: allowed(free)), "seed \(seed)")
        }
    }

    @Test(arguments: [UInt64(5), 6, 7, 8])
    func `without a grant, or with a lower role, nothing becomes possible`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let grants = randomGrants(&random)
            guard let index = grants.indices.randomElement(using: &random) else { continue }
            var (fewer, lower) = (grants, grants)
            fewer.remove(at: index)
            let role = grants[index].role
            let below = Role.allCases.firstIndex(of: role).map { Role.allCases[max($0 - 1, 0)] } ?? role
            if Role.scoped.contains(below) == Role.scoped.contains(role) {
                lower[index] = Grant(below, on: grants[index].scope)
            }
            let all = allowed(access(grants))
            #expect(allowed(access(fewer)).isSubset(of: all), "seed \(seed)")
            #expect(allowed(access(lower)).isSubset(of: all), "seed \(seed)")
        }
    }

    @Test func `a permit is given exactly where the action is allowed`() throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<50 {
            let somebody = access(randomGrants(&random), randomLimits(&random))
            for scope in Self.scopes {
                for action in Action.allCases {
                    let permit = try? somebody.require(action, on: scope)
                    #expect((permit != nil) == somebody.allows(action, on: scope))
                    if let permit { #expect(permit.action == action && permit.scope == scope) }
                }
            }
        }
    }

    @Test func `what may not be read does not exist`() throws {
        let (here, there) = (Scope.workspace(Self.workspaces[0]), Scope.workspace(Self.workspaces[1]))
        let viewer = access([Grant(.viewer, on: here)])
        func code(_ action: Action, _ scope: Scope) -> Failure.Code? {
            do throws(Failure) {
                _ = try viewer.require(action, on: scope)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code(.read, here) == nil)
        #expect(code(.log, here) == .forbidden)
        #expect(code(.log, there) == .notFound)
        #expect(code(.read, there) == .notFound)
        #expect(code(.administerInstance, .instance) == .forbidden)
    }

    @Test func `a project's role reaches that project, and a workspace's role all of them`() {
        let (workspace, other) = (Self.workspaces[0], Self.workspaces[1])
        let project = Scope.project(Self.projects[0], in: workspace)
        let guest = access([Grant(.editor, on: project)])
        #expect(guest.allows(.log, on: project))
        #expect(!guest.allows(.read, on: .workspace(workspace)))
        #expect(!guest.allows(.read, on: .project(Self.projects[1], in: workspace)))
        #expect(!guest.allows(.read, on: .project(Self.projects[0], in: other)))
        #expect(access([Grant(.viewer, on: .workspace(workspace))]).allows(.read, on: project))
        #expect(guest.workspaces(allowing: .log) == [workspace])
    }

    @Test func `the administrator of the instance sees no workspace`() {
        let admin = access([Grant(.instanceAdmin, on: .instance)])
        for scope in Self.scopes where scope != .instance {
            for action in Action.allCases { #expect(!admin.allows(action, on: scope)) }
        }
        #expect(admin.allows(.administerInstance, on: .instance))
    }

    @Test func `a key limited to a workspace does nothing to the instance`() {
        let key = access(
            [Grant(.instanceAdmin, on: .instance), Grant(.owner, on: .workspace(Self.workspaces[0]))],
            Access.Limits(workspaces: [Self.workspaces[0]]))
        #expect(!key.allows(.createWorkspace, on: .instance))
        #expect(key.allows(.delete, on: .workspace(Self.workspaces[0])))
    }
}
