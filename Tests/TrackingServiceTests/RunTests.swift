import Foundation
import Model
import Postgres
import Testing

@testable import TrackingService

@Suite struct RunTests {
    @Test func `a key is taken once, and found again by its owner alone`() async throws {
        try await Desk.with { desk in
            let started = try await desk.start(key(1))
            #expect(started.created && started.nextOffset == 0)
            #expect(started.run.name.wholeMatch(of: /[a-z]+_[a-z]+_\d{4}/) != nil)
            #expect(await refusal { try await desk.start(key(1)) } == "conflict experiment_exists")
            let again = try await desk.start(key(1), ifExists: .resume)
            #expect(!again.created && again.run.place == started.run.place)
            let located = try await desk.locator.locate(key(1), .log, as: desk.alice.access)
            #expect(located.place == started.run.place)
            #expect(
                await refusal { try await desk.locator.locate(key(1), .read, as: desk.mallory.access) }
                    == "notFound experiment_unknown")
        }
    }

    @Test func `another tenant may take the same key, and each finds their own`() async throws {
        try await Desk.with { desk in
            let (mine, theirs) = (try await desk.start(key(1)), try await desk.start(key(1), by: desk.mallory))
            #expect(theirs.created && mine.run.place.id != theirs.run.place.id)
            #expect(try await desk.runs.get(key(1), as: desk.alice.access).place == mine.run.place)
            #expect(try await desk.runs.get(key(1), as: desk.mallory.access).place == theirs.run.place)
        }
    }

    @Test func `a key that somebody sees in another workspace is taken for them`() async throws {
        try await Desk.with { desk in
            let theirs = try await desk.start(key(1), by: desk.mallory)
            let both = Access(
                kind: .person, principal: desk.alice.account, name: "both",
                grants: [
                    Grant(.editor, on: .workspace(desk.alice.workspace)),
                    Grant(.editor, on: .workspace(desk.mallory.workspace)),
                ], credential: .fresh(), expiresAt: .distantFuture)
            func start(_ key: String, _ ifExists: Runs.IfExists) async throws -> Runs.Started {
                let draft = try Run.Draft(workspace: desk.alice.workspace, project: desk.alice.project, key: key)
                return try await desk.runs.start(draft, ifExists: ifExists, as: both)
            }
            #expect(await refusal { try await start(key(1), .refuse) } == "conflict experiment_exists")
            #expect(try await start(key(1), .resume).run.place == theirs.run.place)
            #expect(try await start(key(2), .refuse).created)
        }
    }

    @Test func `what a start answers is what is kept`() async throws {
        try await Desk.with { desk in
            let time = Date(timeIntervalSince1970: 1_700_000_000.5)
            let made = try await desk.start(key(1), name: "first", startedAt: time).run
            let kept = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(made.place == kept.place && made.name == kept.name && made.state == kept.state)
            #expect(made.owner == kept.owner && made.ownerName == kept.ownerName && made.offline == kept.offline)
            #expect(made.startedAt == kept.startedAt && made.endedAt == kept.endedAt)
            #expect(made.updatedAt == kept.updatedAt)
            #expect(made.archived == kept.archived && made.hasCrashed == kept.hasCrashed && made.error == kept.error)
            #expect(made.tags == kept.tags && made.optimization == kept.optimization)
            #expect(made.fileName == kept.fileName && made.filePath == kept.filePath)
        }
    }

    @Test func `nobody starts in a project they may not log to`() async throws {
        try await Desk.with { desk in
            let draft = try Run.Draft(workspace: desk.alice.workspace, project: desk.alice.project, key: key(1))
            #expect(
                await refusal { try await desk.runs.start(draft, ifExists: .resume, as: desk.mallory.access) }
                    == "notFound")
            let viewer = desk.alice.access(.viewer)
            #expect(await refusal { try await desk.runs.start(draft, ifExists: .resume, as: viewer) } == "forbidden")
            #expect(
                try await desk.owner.first("SELECT count(*) FROM tracking.experiments", for: .none) {
                    try $0.read(Int.self)
                } == 0)
        }
    }

    @Test func `of sixteen who start the same key at once one makes it and all get it`() async throws {
        try await Desk.with { desk in
            let started = try await withThrowingTaskGroup { group in
                for _ in 0..<16 { group.addTask { try await desk.start(key(7), ifExists: .resume) } }
                return try await group.reduce(into: [Runs.Started]()) { $0.append($1) }
            }
            #expect(started.filter(\.created).count == 1)
            #expect(Set(started.map(\.run.place.id)).count == 1)
        }
    }

    @Test func `a start that is sent again with its token gets the run it made`() async throws {
        try await Desk.with { desk in
            let first = try await desk.start(key(1), token: "abc")
            let second = try await desk.start(key(1), token: "abc")
            #expect(!second.created && second.run.place == first.run.place)
            #expect(await refusal { try await desk.start(key(1), token: "other") } == "conflict experiment_exists")
        }
    }

    @Test(arguments: ["", "short", String(repeating: "k", count: 51), String(repeating: "k", count: 31) + "-"])
    func `keys are 32 to 50 letters and digits`(_ key: String) throws {
        #expect(throws: Failure.self) { try ExperimentKey.check(key) }
        try ExperimentKey.check(ExperimentKey.fresh())
    }

    @Test func `a key limited to a project reaches that project alone`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            let limited = desk.alice.access(.owner, limits: .init(projects: [desk.alice.project]))
            #expect(try await desk.locator.locate(key(1), .log, as: limited).place.key == key(1))
            let elsewhere = desk.alice.access(.owner, limits: .init(projects: [.fresh()]))
            #expect(
                await refusal { try await desk.locator.locate(key(1), .log, as: elsewhere) }
                    == "notFound experiment_unknown")
        }
    }

    @Test func `what is kept of one caller's look-up is no answer for another`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1), by: desk.mallory)
            let both = Access(
                kind: .person, principal: .fresh(), name: "both",
                grants: [
                    Grant(.owner, on: .workspace(desk.alice.workspace)),
                    Grant(.owner, on: .workspace(desk.mallory.workspace)),
                ],
                credential: .fresh(), expiresAt: .distantFuture)
            _ = try await desk.locator.locate(key(1), .log, as: both)
            #expect(
                await refusal { try await desk.locator.locate(key(1), .log, as: desk.alice.access) }
                    == "notFound experiment_unknown")
        }
    }
}
