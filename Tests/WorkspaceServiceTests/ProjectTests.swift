import Foundation
import Model
import Postgres
import Testing

@testable import WorkspaceService

@Suite struct ProjectTests {
    @Test func `sixteen who ask at once get one project, and one of them made it`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let answers = try await withThrowingTaskGroup { group in
                for index in 0..<16 {
                    let name = index.isMultiple(of: 2) ? "Vision" : "vision"
                    group.addTask { try await house.resolve(name, in: .named("TEAM"), as: owner) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.project.id)).count == 1)
            #expect(answers.count { $0.created } == 1)
            #expect(try await house.projects.list(in: id, as: owner).count == 1)
        }
    }

    @Test func `a missing project is made by whoever may log there, and by nobody else`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let viewer = WorkspaceHouse.person(Grant(.viewer, on: .workspace(id)))
            let logger = WorkspaceHouse.person(
                Grant(.editor, on: .workspace(id)), limits: .init(actions: [.log]))
            #expect(await outcome { _ = try await house.resolve("a", in: .id(id), as: viewer) } == "forbidden")
            #expect(try await house.resolve("a", in: .id(id), as: logger).created)
            #expect(try await house.resolve("A", in: .id(id), as: viewer).project.name == "a")
            let absent = await #expect(throws: Failure.self) {
                _ = try await house.resolve("b", in: .id(id), ifMissing: .fail, as: owner)
            }
            #expect(absent?.reason == "project_unknown")
        }
    }

    @Test func `names that no project can have are refused with their reason`() async {
        #expect(await outcome { _ = try Title.project("  ") } == "invalid project_name_empty")
        let long = String(repeating: "x", count: 101)
        #expect(await outcome { _ = try Title.project(long) } == "invalid project_name_too_long")
        #expect(await outcome { _ = try Title.project("a/b") } == "invalid name_invalid")
    }

    @Test func `another tenant sees, changes and deletes nothing`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            let stranger = try await house.workspace("mine").owner
            let attempts: [String: () async throws -> Void] = [
                "get": { _ = try await house.projects.get(project.id, as: stranger) },
                "named": { _ = try await house.projects.get(named: "vision", in: id, as: stranger) },
                "list": { _ = try await house.projects.list(in: id, as: stranger) },
                "resolve": { _ = try await house.resolve("vision", in: .named("team"), as: stranger) },
                "create": {
                    _ = try await house.projects.create(
                        try Title.project("x"), description: "", in: id, as: stranger)
                },
                "update": {
                    _ = try await house.projects.update(
                        project.id, try .init(name: "x", description: nil), as: stranger)
                },
                "delete": { try await house.projects.delete(project.id, as: stranger) },
                "notes": { _ = try await house.projects.notes(of: project.id, as: stranger) },
                "setNotes": { try await house.projects.setNotes("x", of: project.id, as: stranger) },
            ]
            for (name, attempt) in attempts {
                #expect(await outcome(attempt).hasPrefix("notFound"), "\(name)")
            }
            #expect(try await house.projects.list(in: id, as: owner) == [project])
        }
    }

    @Test func `the wall stands also where a statement names another's workspace`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            let store = house.projects.store
            let seen = try await store.database.first(
                """
                SELECT count(*) FROM workspace.projects WHERE workspace_id = \(id.uuid) AND project_id = \(project.id.uuid)
                """, for: .these([UUID()])
            ) { row in try row.read(Int64.self) }
            #expect(seen == 0)
        }
    }

    @Test func `renaming and deleting need the right to administer, describing the right to edit`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            _ = try await house.resolve("speech", in: .id(id), as: owner)
            let editor = WorkspaceHouse.person(Grant(.editor, on: .workspace(id)))
            let described = try await house.projects.update(
                project.id, try .init(name: nil, description: "cats"), as: editor)
            #expect(described.description == "cats" && described.name == "vision")
            let renaming = await outcome {
                _ = try await house.projects.update(project.id, try .init(name: "eyes", description: nil), as: editor)
            }
            #expect(renaming == "forbidden")
            #expect(await outcome { try await house.projects.delete(project.id, as: editor) } == "forbidden")
            let clash = await outcome {
                _ = try await house.projects.update(project.id, try .init(name: "SPEECH", description: nil), as: owner)
            }
            #expect(clash == "conflict project_exists")
            let renamed = try await house.projects.update(
                project.id, try .init(name: "Vision", description: nil), as: owner)
            #expect(renamed.name == "Vision" && renamed.description == "cats")
            try await house.projects.delete(project.id, as: owner)
            #expect(
                await outcome { _ = try await house.projects.get(project.id, as: owner) } == "notFound project_unknown")
        }
    }

    @Test func `notes are kept as they were written`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            #expect(try await house.projects.notes(of: project.id, as: owner) == "")
            let notes = "# Ziele\n\u{1F408} 'quotes' \\ and so on"
            try await house.projects.setNotes(notes, of: project.id, as: owner)
            #expect(try await house.projects.notes(of: project.id, as: owner) == notes)
            let viewer = WorkspaceHouse.person(Grant(.viewer, on: .workspace(id)))
            #expect(await outcome { try await house.projects.setNotes("", of: project.id, as: viewer) } == "forbidden")
        }
    }

    @Test func `each change tells the audit log once, in order, also after a failed delivery`() async throws {
        try await WorkspaceHouse.with { house in
            let (id, owner) = try await house.workspace("team")
            let project = try await house.resolve("vision", in: .id(id), as: owner).project
            _ = try await house.resolve("vision", in: .id(id), as: owner)
            try await house.projects.delete(project.id, as: owner)
            let refused = await outcome {
                try await house.audit.drain { _ in throw Failure(.unavailable, "auth is away") }
            }
            #expect(refused == "unavailable")
            var told: [String] = []
            try await house.audit.drain { entry in told.append("\(entry.action) \(entry.object) \(entry.actorName)") }
            #expect(told == ["workspace.create team ada", "project.create vision ada", "project.delete vision ada"])
            try await house.audit.drain { _ in Issue.record("nothing is left") }
        }
    }
}
