import Foundation
import Model
import Synchronization
import Testing

@testable import WorkspaceService

@Suite struct WorkspaceTests {
    @Test func `a name is taken in whatever case, also by a workspace one cannot see`() async throws {
        try await WorkspaceHouse.with { house in
            let stranger = try await house.workspace("Straße")
            let mine = WorkspaceHouse.person()
            let calls = Mutex<[String]>([])
            let taken = await outcome {
                _ = try await house.workspaces.create(
                    try Title.workspace("STRASSE".replacing("SS", with: "\u{df}")), id: .fresh(), as: mine,
                    claim: { _ in calls.withLock { $0.append("claim") } },
                    disclaim: { _ in calls.withLock { $0.append("disclaim") } })
            }
            #expect(taken == "conflict workspace_exists")
            #expect(calls.withLock { $0 } == ["claim", "disclaim"])
            #expect(try await house.workspaces.list(as: mine).isEmpty)
            #expect(try await house.workspaces.list(as: stranger.owner).map(\.name) == ["Straße"])
        }
    }

    @Test func `making the same one again is making it once`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            #expect(try await house.make("Team", id, owner).id == id)
            #expect(await outcome { _ = try await house.make("other", id, owner) } == "conflict workspace_exists")
        }
    }

    @Test(arguments: ["api", "API", "clientlib", "login", "static", "healthz", "admin", ".hidden", "_x"])
    func `words of our own addresses are no names`(name: String) async {
        #expect(await outcome { _ = try Title.workspace(name) } == "invalid name_reserved")
    }

    @Test func `a default is what was chosen, else the oldest, and never one that cannot be seen`() async throws {
        try await WorkspaceHouse.with { house in
            let (first, second) = (ID<Workspace>.fresh(), ID<Workspace>.fresh())
            let grants = [first, second].map { Grant(.editor, on: .workspace($0)) }
            let access = WorkspaceHouse.person(grants[0], grants[1])
            _ = try await house.make("zebra", first, access)
            _ = try await house.make("ant", second, access)
            #expect(try await house.workspaces.get(.ownDefault, as: access).id == first)
            try await house.workspaces.setDefault(second, as: access)
            let chosen = try await house.workspaces.get(.ownDefault, as: access)
            #expect(chosen.id == second && chosen.isDefault)
            #expect(try await house.workspaces.list(as: access).map(\.isDefault) == [true, false])

            let other = try await house.workspace("foreign")
            #expect(await outcome { try await house.workspaces.setDefault(other.id, as: access) } == "notFound")
            let nobody = WorkspaceHouse.person()
            let none = await outcome { _ = try await house.workspaces.get(.ownDefault, as: nobody) }
            #expect(none == "notFound workspace_unknown")
        }
    }

    @Test func `another tenant's workspace is found neither by name nor by id`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, _) = try await house.workspace("secret")
            let stranger = try await house.workspace("mine").owner
            #expect(try await house.workspaces.find(.named("secret"), as: stranger) == nil)
            #expect(try await house.workspaces.find(.id(id), as: stranger) == nil)
            #expect(try await house.workspaces.list(as: stranger).map(\.name) == ["mine"])
        }
    }

    @Test func `a key for one project sees its workspace, one for none does not`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            let limited = WorkspaceHouse.person(
                Grant(.editor, on: .workspace(id)), limits: .init(actions: [.log], projects: [project.id]))
            #expect(try await house.workspaces.list(as: limited).map(\.name) == ["team"])
            let guest = WorkspaceHouse.person(Grant(.viewer, on: .project(project.id, in: id)))
            #expect(try await house.workspaces.list(as: guest).map(\.name) == ["team"])
            let elsewhere = WorkspaceHouse.person(Grant(.viewer, on: .project(.fresh(), in: id)))
            #expect(try await house.workspaces.list(as: elsewhere).isEmpty)
        }
    }
}
