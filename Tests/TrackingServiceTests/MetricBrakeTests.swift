import Foundation
import Model
import Series
import TestKit
import Testing

@testable import TrackingService

/// Journals that grow faster than they are merged slow down whoever makes them grow.
@Suite struct MetricBrakeTests {
    private let place = MetricPlace(workspace: .fresh(), experiment: .fresh())
    private let other = MetricPlace(workspace: .fresh(), experiment: .fresh())

    @Test func `the longer a journal, the longer an append waits, and then it is refused`() throws {
        let brake = MetricBrake(experiment: .init(waits: 100, refuses: 200), all: .init(waits: 1000, refuses: 2000))
        var last = Duration.zero
        for (points, least) in [
            (0, Duration.zero), (100, .zero), (110, .milliseconds(199)), (199, .milliseconds(1979)),
        ] {
            brake.note(.init(all: points, experiments: [place.experiment: points]))
            let delay = try brake.delay(to: place)
            #expect(delay >= last && delay >= least && delay < MetricBrake.waitMax)
            #expect(try brake.delay(to: other) == .zero)
            last = delay
        }
        brake.note(.init(all: 200, experiments: [place.experiment: 200]))
        let refusal = #expect(throws: Failure.self) { try brake.delay(to: place) }
        #expect(refusal?.reason == "metric_backlog_full" && refusal?.retryAfter == .seconds(10))
        #expect(try brake.delay(to: other) == .zero)
    }

    @Test func `when all journals together are long, everybody waits`() throws {
        let brake = MetricBrake(experiment: .init(waits: 100, refuses: 200), all: .init(waits: 1000, refuses: 2000))
        brake.note(.init(all: 1500))
        #expect(try brake.delay(to: other) == .seconds(1))
        brake.note(.init(all: 2000))
        #expect(throws: Failure.self) { try brake.delay(to: other) }
    }

    /// A lab in which nobody merges but the test.
    private func committing(
        _ settings: MergeSettings, _ brake: MetricBrake, _ body: (MetricLab) async throws -> Void
    ) async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            let lab = try await MetricLab(database, owner, settings, brake)
            let committer = MetricCommitter(queue: lab.metrics.queue, store: lab.metrics.store) { _, _ in }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await committer.run() }
                defer { lab.metrics.queue.close() }
                try await body(lab)
            }
        }
    }

    @Test func `what is refused was not kept, and is taken once the journal is merged`() async throws {
        var settings = MetricLab.patient
        settings.pointsMax = 100
        let brake = MetricBrake(experiment: .init(waits: 150, refuses: 160))
        try await committing(settings, brake) { lab in
            for start in [0, 60, 120] { try await lab.append(.ramp(start..<start + 60)) }
            try await lab.append(.ramp(0..<10), to: MetricLab.theirKey)
            try await lab.metrics.measure()
            #expect(await refusal { try await lab.append(.ramp(180..<200)) } == "exhausted metric_backlog_full")
            try await lab.append(.ramp(10..<20), to: MetricLab.theirKey)
            #expect(try await lab.read()[SeriesName("loss")]?.count == 180)
            let before = try await lab.metrics.merger.store.backlog(listing: 0)
            #expect(before.all == 200 && before.experiments == [lab.ours.experiment: 180, lab.theirs.experiment: 20])
            // Two of the three rows: as much as one transaction takes.
            #expect(try await lab.metrics.merger.merge(lab.ours) == 2)
            #expect(try await lab.metrics.merger.store.backlog(listing: 0).experiments[lab.ours.experiment] == 60)
            try await lab.metrics.measure()
            try await lab.append(.ramp(180..<200))
            try await lab.mergeAll()
            #expect(try await lab.metrics.merger.store.backlog(listing: 0).all == 0)
            #expect(try await lab.read()[SeriesName("loss")]?.count == 200)
        }
    }
}
