import Foundation
import Model
import Postgres
import Series
import TestKit
import Testing

@testable import TrackingService

struct MetricTests {
    @Test(arguments: 0..<6 as Range<UInt64>)
    func `what is read is the set of what was sent, in any order, batches and moment of merging`(seed: UInt64)
        async throws
    {
        var settings = MetricLab.patient
        (settings.pointsMax, settings.rowsMax) = (300, 3)
        try await MetricLab.with(settings) { lab in
            var random = SeededRandom(seed: seed)
            let names = [
                SeriesName("loss"), SeriesName("loss", context: "train"), SeriesName("sys.cpu"), SeriesName("ä/☄︎"),
            ]
            var model: [SeriesName: Set<Point>] = [:]
            for round in 0..<30 {
                var batch: [(SeriesName, Columns)] = []
                for name in names where Bool.random(using: &random) {
                    var points = Columns.odd(
                        Int.random(in: 1..<90, using: &random), steps: 40 * (round + 1), using: &random)
                    // A client that had no answer sends points again, in other company.
                    let old = (model[name] ?? []).shuffled(using: &random).prefix(20)
                    points.append(Columns(Array(old)))
                    model[name, default: []].formUnion(points.points)
                    batch.append((name, points))
                }
                try await lab.append(batch)
                if Int.random(in: 0..<4, using: &random) == 0 { _ = try await lab.metrics.merger.pass() }
                if round % 10 == 9 { try await MetricTests.expect(lab, model) }
            }
            try await lab.mergeAll()
            #expect(try await lab.count("tracking.metric_journal") == 0)
            try await MetricTests.expect(lab, model)
            #expect(try await lab.read(SeriesFilter(name: "loss")).count == 2)
            #expect(try await lab.read(SeriesFilter(withoutSystem: true))[SeriesName("sys.cpu")] == nil)
            #expect(try await lab.read(of: MetricLab.theirKey).isEmpty)
        }
    }

    private static func expect(_ lab: MetricLab, _ model: [SeriesName: Set<Point>]) async throws {
        let read = try await lab.read()
        #expect(Set(read.keys) == Set(model.keys))
        for (name, points) in model { #expect(read[name]?.points == points.sorted(), "\(name)") }
        let rows = try await lab.metrics.summaries(of: MetricLab.ourKey, as: lab.access(lab.ours, .viewer))
        #expect(rows.map(\.series) == model.keys.sorted())
        for row in rows {
            let all = Columns(Array(model[row.series] ?? []))
            let naive = try #require(Summary(all, 0..<all.count))
            #expect(row.current == naive.current && row.min == naive.min && row.max == naive.max, "\(row.series)")
        }
    }

    @Test func `a series of nothing but NaN has a current value and no extremes`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(Columns([Point(step: 1, time: 1, value: .nan)]))
            var row = try #require(await lab.metrics.summaries(of: MetricLab.ourKey, as: lab.access(lab.ours)).first)
            #expect(row.current.value.isNaN && row.min == nil && row.max == nil && row.batches == 1)
            try await lab.append(Columns([Point(step: .nan, time: 0, value: 3)]))
            row = try #require(await lab.metrics.summaries(of: MetricLab.ourKey, as: lab.access(lab.ours)).first)
            #expect(
                row.min == Summary.Mark(value: 3, step: -.infinity, time: 0) && row.min == row.max && row.batches == 2)
        }
    }

    @Test func `another workspace sees and changes nothing`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(.ramp(0..<700))
            try await lab.append(.ramp(0..<3), to: MetricLab.theirKey)
            let draft = try MetricDraft(series: [SeriesName("loss")], index: [0], columns: .ramp(9..<10))
            await #expect(throws: Failure.self) {
                try await lab.metrics.append(draft, to: MetricLab.ourKey, as: lab.access(lab.theirs))
            }
            await #expect(throws: Failure.self) {
                _ = try await lab.metrics.summaries(of: MetricLab.ourKey, as: lab.access(lab.theirs))
            }
            // Behind the permission, PostgreSQL refuses as well: rows of ours under the name of theirs.
            let permit = try lab.access(lab.theirs).require(.log, on: .workspace(ID(lab.theirs.workspace)))
            let mixed = MetricPlace(workspace: lab.theirs.workspace, experiment: lab.ours.experiment)
            for merged in [false, true] {
                if merged { try await lab.mergeAll() }
                #expect(try await lab.metrics.store.summaries(of: mixed, permit: permit).isEmpty)
                #expect(try await lab.metrics.series.journal(of: mixed, permit: permit).isEmpty)
                #expect(
                    try await lab.metrics.series.chunks(of: mixed, SeriesFilter(), after: nil, limit: 9, permit: permit)
                        .isEmpty)
                #expect(
                    try await lab.database.rows(
                        "SELECT points FROM tracking.metric_chunks", for: .one(lab.theirs.workspace)
                    ) {
                        row in try row.read(Int.self)
                    } == (merged ? [3] : []))
            }
            await #expect(throws: Failure.self) {
                try await lab.metrics.store.append([MetricAppend(draft, to: mixed, permit: permit)])
            }
            try await lab.database.run(MetricRemoval.deletion(of: [mixed]), for: .one(lab.theirs.workspace))
            #expect(try await lab.read()[SeriesName("loss")]?.count == 700)
        }
    }

    @Test func `one who may only read cannot log, and a stranger finds nothing`() async throws {
        try await MetricLab.with { lab in
            let draft = try MetricDraft(series: [SeriesName("a")], index: [0], columns: .ramp(0..<1))
            for (access, code) in [
                (lab.access(lab.ours, .viewer), Failure.Code.forbidden), (lab.access(lab.theirs), .notFound),
            ] {
                do {
                    try await lab.metrics.append(draft, to: MetricLab.ourKey, as: access)
                    Issue.record("logged")
                } catch let failure as Failure { #expect(failure.code == code) }
            }
        }
    }

    @Test func `names, steps and times beyond the limits are refused by field and index`() {
        func refusal(_ name: String, _ context: String = "", _ points: [Point]) -> String? {
            do throws(Failure) {
                _ = try MetricDraft(
                    series: [SeriesName("ok"), SeriesName(name, context: context)], index: points.map { _ in 1 },
                    columns: Columns(points))
                return nil
            } catch { return error.message }
        }
        let good = Point(step: 1, time: 1, value: .nan)
        #expect(refusal("a", "", [good]) == nil)
        #expect(refusal("", "", [good]) == "series[1].name is empty.")
        #expect(refusal("a\0b", "", [good]) == "series[1].name holds a NUL byte.")
        #expect(
            refusal("a", String(repeating: "ä", count: 251), [good]) == "series[1].context is longer than 500 bytes.")
        #expect(
            refusal("a", "", [good, Point(step: .infinity, time: 1, value: 1)])
                == "steps[1] is infinite or beyond ±2^53.")
        #expect(
            refusal("a", "", [Point(step: 1, epoch: 1e300, time: 1, value: 1)])
                == "epochs[0] is infinite or beyond ±2^53.")
        #expect(refusal("a", "", [good, good, Point(step: 1, time: .max, value: 1)]) == "times_ms[2] is no time.")
    }

    @Test func `a series too many is refused, and what is there goes on`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(.ramp(0..<1))
            try await lab.owner.run("UPDATE tracking.metric_counts SET series = 49999", for: .none)
            try await lab.append(.ramp(1..<2), SeriesName("the last"))
            do {
                try await lab.append(.ramp(1..<2), SeriesName("one more"))
                Issue.record("accepted")
            } catch let failure as Failure { #expect(failure.code == .exhausted) }
            try await lab.append(.ramp(1..<2))
            #expect(try await lab.read().mapValues(\.count) == [SeriesName("loss"): 2, SeriesName("the last"): 1])
        }
    }

    @Test func `deleting and moving take everything along`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(.ramp(0..<600))
            try await lab.mergeAll()
            try await lab.append(.ramp(600..<700))
            let target = MetricPlace(workspace: lab.theirs.workspace, experiment: lab.ours.experiment)
            var statements = Metrics.move([lab.ours], to: ID(lab.theirs.workspace))
            statements.append(
                "UPDATE tracking.experiments SET workspace_id = \(lab.theirs.workspace) WHERE workspace_id = \(lab.ours.workspace) AND id = \(lab.ours.experiment)"
            )
            try await lab.database.run(statements, for: .these([lab.ours.workspace, lab.theirs.workspace]))
            #expect(try await lab.read().isEmpty)
            let permit = try lab.access(lab.theirs).require(.log, on: .workspace(ID(lab.theirs.workspace)))
            try await lab.mergeAll()
            #expect(
                try await lab.metrics.series.chunks(of: target, SeriesFilter(), after: nil, limit: 9, permit: permit)
                    .reduce(0) { $0 + $1.points.count } == 700)
            #expect(try await lab.metrics.store.summaries(of: target, permit: permit).count == 1)
            do {
                try await lab.append(.ramp(0..<1))
                Issue.record("appended to where it was")
            } catch let failure as Failure { #expect(failure.code == .notFound) }

            try await lab.database.run(Metrics.deletion(of: [target]), for: .one(target.workspace))
            for table in [
                "tracking.metric_chunks", "tracking.metric_journal", "tracking.metric_pending",
                "tracking.metric_summaries", "tracking.metric_counts",
            ] as [SQL] {
                #expect(try await lab.count(table) == 0)
            }
        }
    }

    @Test func `steps are copied up to the one named, once`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(.ramp(0..<1000))
            try await lab.mergeAll()
            try await lab.append([(SeriesName("loss"), .ramp(1000..<1100)), (SeriesName("late"), .ramp(900..<950))])
            let read = try lab.access(lab.ours).require(.read, on: .workspace(ID(lab.ours.workspace)))
            let log = try lab.access(lab.theirs).require(.log, on: .workspace(ID(lab.theirs.workspace)))
            for _ in 0..<2 {
                try await lab.metrics.copySteps(from: (lab.ours, read), to: (lab.theirs, log), stepLast: 899)
            }
            let copy = try await lab.read(of: MetricLab.theirKey)
            #expect(copy == [SeriesName("loss"): .ramp(0..<900)])
        }
    }
}

extension Columns {
    var points: [Point] { (0..<count).map { self[$0] } }
}
