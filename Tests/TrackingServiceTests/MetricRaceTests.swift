import Foundation
import Model
import Postgres
import Series
import TestKit
import Testing

@testable import TrackingService

struct MetricRaceTests {
    @Test func `one bad batch among sixteen fails alone`() async throws {
        try await MetricLab.with { lab in
            let lost = try lab.access(lab.nowhere).require(.log, on: .workspace(ID(lab.nowhere.workspace)))
            let codes = await withTaskGroup(of: Failure.Code?.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        do {
                            let draft = try MetricDraft(
                                series: [SeriesName("m")], index: [0], columns: .ramp(number..<number + 1))
                            let place = number == 7 ? lab.nowhere : lab.ours
                            try await lab.metrics.queue.append(MetricAppend(draft, to: place, permit: lost))
                            return nil
                        } catch { return (error as? Failure)?.code ?? .bug }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == .notFound } == 1 && codes.count { $0 == nil } == 15)
            let expected = (0..<16).filter { $0 != 7 }.map(Double.init)
            #expect(try await lab.read()[SeriesName("m")]?.steps == expected)
        }
    }

    @Test func `many writers, mergers and readers at once lose and double nothing`() async throws {
        var settings = MergeSettings()
        (settings.pointsDue, settings.pointsMax) = (0, 5000)
        (settings.busyPause, settings.idlePause) = (.milliseconds(1), .milliseconds(2))
        try await MetricLab.with(settings) { [settings] lab in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for round in 0..<30 {
                            let start = (round * 8 + writer) * 50
                            try await lab.append([
                                (SeriesName("loss"), .ramp(start..<start + 60)),
                                (SeriesName("w\(writer)"), .ramp(start..<start + 5)),
                            ])
                        }
                    }
                }
                // A second process that merges the same experiments.
                group.addTask {
                    let other = MetricMerger(database: lab.database, settings: settings, logger: ScratchDatabase.logger)
                    for _ in 0..<100 { _ = try await other.pass() }
                }
                // What was acknowledged before a read is in it, and nothing twice.
                group.addTask {
                    var seen = 0
                    for _ in 0..<40 {
                        let points = try await lab.read(SeriesFilter(name: "loss"))[SeriesName("loss")] ?? Columns()
                        #expect(points.isSortedSet && points.count >= seen)
                        seen = points.count
                    }
                }
                try await group.waitForAll()
            }
            try await lab.mergeAll()
            let read = try await lab.read()
            #expect(read[SeriesName("loss")] == .ramp(0..<12_010))
            #expect(read.count == 9 && read[SeriesName("w3")]?.count == 150)
            #expect(try await lab.count("(SELECT FROM tracking.metric_chunks WHERE points > 512) AS large") == 0)
        }
    }

    @Test func `a deletion under way loses the race or wins it, and leaves nothing behind`() async throws {
        var settings = MergeSettings()
        (settings.pointsDue, settings.busyPause, settings.idlePause) = (0, .milliseconds(1), .milliseconds(1))
        try await MetricLab.with(settings) { lab in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for round in 0..<200 {
                            do {
                                try await lab.append(.ramp(round..<round + 3), SeriesName("w\(writer)"))
                            } catch let failure as Failure where failure.code == .notFound { return }
                        }
                    }
                }
                group.addTask {
                    while try await lab.count("tracking.metric_summaries") < 6 { await Task.yield() }
                    try await lab.database.run(
                        Metrics.deletion(of: [lab.ours]) + [
                            "DELETE FROM tracking.experiments WHERE workspace_id = \(lab.ours.workspace) AND id = \(lab.ours.experiment)"
                        ], for: .one(lab.ours.workspace))
                }
                try await group.waitForAll()
            }
            for table in [
                "tracking.metric_chunks", "tracking.metric_journal", "tracking.metric_pending",
                "tracking.metric_summaries", "tracking.metric_counts",
            ] as [SQL] {
                #expect(try await lab.count(table) == 0)
            }
        }
    }

    @Test func `after the end appends are refused, not left waiting`() async throws {
        try await MetricLab.with { lab in
            lab.metrics.queue.close()
            do {
                try await lab.append(.ramp(0..<1))
                Issue.record("accepted")
            } catch let failure as Failure { #expect(failure.code == .unavailable) }
        }
    }
}
