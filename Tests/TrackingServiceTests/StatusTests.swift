import Foundation
import Model
import Postgres
import Testing

@testable import TrackingService

@Suite struct StatusTests {
    private func report(_ desk: Desk, _ reports: StatusReport...) async throws {
        for report in reports { _ = try await desk.statuses.report(report, of: key(1), as: desk.alice.access) }
    }

    @Test func `a run that ends is finished, and keeps taking what is written`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            try await report(desk, .beat, .end)
            #expect(try await desk.state(key(1)) == .finished)
            try await desk.values.logOthers([value("late", "yes")], to: key(1), as: desk.alice.access)
            try await desk.pulse.flush()
            #expect(try await desk.state(key(1)) == .finished)
            #expect(try await desk.values.get(key(1), as: desk.alice.access).others.map(\.name) == ["late"])
        }
    }

    @Test func `a crash stays a crash through the beats and the end that follow`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            try await report(desk, .crash("Traceback"), .beat, .end)
            let run = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(run.state == .crashed && run.hasCrashed && run.error == "Traceback")
            _ = try await desk.runs.resume(key(1), as: desk.alice.access)
            #expect(try await desk.state(key(1)) == .running)
            try await report(desk, .finish)
            let finished = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(finished.state == .finished && !finished.hasCrashed)
        }
    }

    @Test func `a silent run is lost, and runs again when it is heard of`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            let watchdog = Watchdog(store: PulseStore(database: desk.database), changes: desk.changes, silence: .zero)
            try await eventually { try await watchdog.sweep() == 1 }
            let lost = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(lost.state == .lost && lost.endedAt != nil)
            try await report(desk, .beat)
            let back = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(back.state == .running && back.endedAt == nil)
        }
    }

    @Test func `any message brings a lost run back, without a beat`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            let watchdog = Watchdog(store: PulseStore(database: desk.database), changes: desk.changes, silence: .zero)
            try await eventually { try await watchdog.sweep() == 1 }
            try await desk.values.logParameters([value("lr", "0.1")], to: key(1), as: desk.alice.access)
            try await desk.pulse.flush()
            #expect(try await desk.state(key(1)) == .running)
        }
    }

    @Test func `a run that was heard of lately is not given up`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            try await desk.start(key(2), by: desk.mallory)
            let store = PulseStore(database: desk.database)
            let watchdog = Watchdog(store: store, changes: desk.changes, silence: .seconds(60))
            #expect(try await watchdog.sweep() == 0)
            // Both were silent when they were looked for; one has beaten since.
            let seen = try await store.silent(for: .seconds(-60), limit: 10)
            #expect(seen.count == 2)
            #expect(try await store.giveUp(seen, after: .seconds(60)).isEmpty)
            #expect(try await desk.state(key(1)) == .running)
        }
    }

    @Test func `a start is a beat, so that what is logged right after it writes no other`() async throws {
        try await Desk.with { desk in
            func beat() async throws -> String? {
                try await desk.owner.first("SELECT xmin::text FROM tracking.beats", for: .none) { try $0.read() }
            }
            let pulse = Pulse(store: PulseStore(database: desk.database), every: .seconds(60))
            let runs = Runs(
                store: RunStore(database: desk.database), locator: desk.locator,
                activity: Activity(pulse: pulse, changes: desk.changes))
            let draft = try Run.Draft(
                workspace: desk.alice.workspace, project: desk.alice.project, key: key(1), name: "", startedAt: Date(),
                token: "")
            let place = try await runs.start(draft, ifExists: .refuse, as: desk.alice.access).run.place
            let first = try await beat()
            pulse.felt(place)
            try await pulse.flush()
            #expect(try await beat() == first)
            // Of the desk's own no beat counts as just written.
            desk.pulse.felt(place)
            try await desk.pulse.flush()
            #expect(try await beat() != first)
        }
    }

    @Test func `ended runs have no pulse and are never lost`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            try await report(desk, .end)
            let watchdog = Watchdog(store: PulseStore(database: desk.database), changes: desk.changes, silence: .zero)
            #expect(try await watchdog.sweep() == 0)
            #expect(try await desk.state(key(1)) == .finished)
        }
    }

    @Test func `times are set, and the other tenant sets none`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            let (start, end) = (Date(milliseconds: 1_600_000_000_000), Date(milliseconds: 1_600_000_060_500))
            try await desk.statuses.setTimes(key(1), started: start, ended: end, as: desk.alice.access)
            let run = try await desk.runs.get(key(1), as: desk.alice.access)
            #expect(run.startedAt == start && run.endedAt == end)
            for report in [StatusReport.beat, .end, .crash("x"), .error("x"), .finish, .resume] {
                #expect(
                    await refusal { try await desk.statuses.report(report, of: key(1), as: desk.mallory.access) }
                        == "notFound experiment_unknown")
            }
        }
    }

    @Test func `a stop is announced, handed over once, and does not outlive the run`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            #expect(try await desk.statuses.report(.beat, of: key(1), as: access) == false)
            _ = try await desk.calls.call("stop", isBuiltIn: true, arguments: [:], on: key(1), as: access)
            #expect(try await desk.statuses.report(.beat, of: key(1), as: access))
            #expect(try await desk.calls.pending(key(1), as: access).map(\.function) == ["stop"])
            #expect(try await desk.statuses.report(.beat, of: key(1), as: access) == false)
            _ = try await desk.calls.call("stop", isBuiltIn: true, arguments: [:], on: key(1), as: access)
            try await report(desk, .end)
            _ = try await desk.runs.resume(key(1), as: access)
            #expect(try await desk.statuses.report(.beat, of: key(1), as: access) == false)
        }
    }

    @Test func `a call reaches the script and its result comes back`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            let function = try RemoteFunction(name: "set_lr", documentation: "Sets it.", arguments: ["lr"])
            #expect(
                await refusal {
                    try await desk.calls.call("set_lr", isBuiltIn: false, arguments: [:], on: key(1), as: access)
                }
                    == "notFound function_unknown")
            try await desk.calls.register(function, on: key(1), as: access)
            let id = try await desk.calls.call(
                "set_lr", isBuiltIn: false, arguments: ["lr": "0.\"1\n"], on: key(1), as: access)
            let pending = try await desk.calls.pending(key(1), as: access)
            #expect(pending.map(\.id) == [id] && pending[0].arguments == ["lr": "0.\"1\n"])
            let result = RemoteCallStore.Result(call: id, text: "ok", error: "", stackTrace: "", endedAt: Date())
            try await desk.calls.saveResult(result, on: key(1), as: access)
            let all = try await desk.calls.list(key(1), as: access)
            #expect(all.functions == [function] && all.calls.first?.result == "ok")
            #expect(try await desk.calls.pending(key(1), as: access).isEmpty)
            for attempt in [
                await refusal { try await desk.calls.pending(key(1), as: desk.mallory.access) },
                await refusal { try await desk.calls.list(key(1), as: desk.mallory.access) },
                await refusal { try await desk.calls.register(function, on: key(1), as: desk.mallory.access) },
                await refusal { try await desk.calls.saveResult(result, on: key(1), as: desk.mallory.access) },
            ] { #expect(attempt == "notFound experiment_unknown") }
        }
    }
}
