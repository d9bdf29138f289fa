import Foundation
import Model
import Postgres
import Series
import TestKit
import Testing

@testable import TrackingService

struct MetricMergeTests {
    @Test func `points in order fill one chunk after the other`() async throws {
        try await MetricLab.with { lab in
            for start in stride(from: 0, to: 2000, by: 100) {
                try await lab.append(.ramp(start..<start + 100))
                try await lab.mergeAll()
            }
            let sizes = try await lab.owner.rows(
                "SELECT points FROM tracking.metric_chunks ORDER BY last_key", for: .none
            ) {
                row in try row.read(Int.self)
            }
            #expect(sizes == [512, 512, 512, 464])
            #expect(try await lab.count("tracking.metric_pending") == 0)
        }
    }

    @Test func `a late point rewrites only the chunk it belongs to`() async throws {
        try await MetricLab.with { lab in
            try await lab.append(Columns((0..<2048).map { Point(step: Double($0 * 2), time: 0, value: 1) }))
            try await lab.mergeAll()
            let before = try await MetricMergeTests.versions(lab)
            // One between all others, and one that is there already far away.
            try await lab.append(
                Columns([Point(step: 1025 * 2 + 1, time: 5, value: 2), Point(step: 4000, time: 0, value: 1)]))
            try await lab.mergeAll()
            let after = try await MetricMergeTests.versions(lab)
            #expect(before.count == 4 && after.count == 5)
            #expect(before.intersection(after).count == 2)
        }
    }

    private static func versions(_ lab: MetricLab) async throws -> Set<String> {
        Set(
            try await lab.owner.rows("SELECT xmin::text || last_key::text FROM tracking.metric_chunks", for: .none) {
                row in try row.read(String.self)
            })
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `a plan gives every point to exactly one chunk and keeps chunks apart`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let name = SeriesName("a")
        var chunks: [Columns] = []
        var model = Columns()
        for _ in 0..<8 {
            let new = Columns.odd(Int.random(in: 1..<900, using: &random), steps: 3000, using: &random).sortedSet()
            model = model.union(new)
            let spans = try chunks.map { chunk in
                ChunkSpan(
                    series: name, first: try #require(chunk.first).key, last: try #require(chunk.last).key,
                    points: chunk.count)
            }
            let plan = ChunkPlan(new, into: spans)
            #expect(plan.steps.flatMap(\.range) == Array(0..<new.count))
            var next = chunks
            for step in plan.steps.reversed() {
                let part = new[step.range]
                let at = step.chunk ?? (chunks.firstIndex { $0[0] > part[0] } ?? chunks.count)
                let all = step.chunk.map { chunks[$0].union(part) } ?? part
                next.replaceSubrange(at..<(step.chunk == nil ? at : at + 1), with: ChunkPlan.pieces(all, atEnd: false))
            }
            chunks = next
            #expect(chunks.allSatisfy { !$0.isEmpty && $0.count <= SeriesLimits.chunkPoints })
            #expect(chunks.reduce(into: Columns()) { $0.append($1) } == model)
        }
    }

    @Test(arguments: [Axis.step, .time])
    func `a sample has at most two points a pixel, among them the ends and the extremes`(axis: Axis) async throws {
        try await MetricLab.with { lab in
            let all = Columns.ramp(0..<30_000)
            try await lab.append(all[0..<29_000])
            try await lab.mergeAll()
            try await lab.append(all[29_000..<30_000])
            for (width, from, to) in [
                (10, nil, nil), (320, nil, nil), (320, 10_000, 20_000), (8000, 500, 700), (1, nil, nil),
            ]
                as [(Int, Double?, Double?)]
            {
                let scale = axis == .step ? 1.0 : 10
                let window = AxisWindow(axis: axis, from: from.map { $0 * scale }, to: to.map { $0 * scale })
                let sample = try await lab.metrics.sample(
                    "loss", context: nil, of: MetricLab.ourKey, window, width: width, as: lab.access(lab.ours, .viewer))
                let points = try #require(sample.series.first).points
                let inside = all.points.filter { window.holds(axis == .step ? $0.step : Double($0.time)) }
                #expect(points.count <= 2 * max(2, width) && points.isSortedSet)
                #expect(Set(points.points).isSubset(of: inside))
                #expect(points.first == inside.first && points.last == inside.last, "\(width)")
                #expect(
                    points.values.max() == inside.map(\.value).max() && points.values.min() == inside.map(\.value).min()
                )
                #expect(sample.isExact == (points.count == inside.count))
            }
        }
    }

    @Test func `a sample of nothing is empty, and few points come as they are`() async throws {
        try await MetricLab.with { lab in
            let window = AxisWindow(axis: .step, from: nil, to: nil)
            func sample(_ context: String?) async throws -> Sample {
                try await lab.metrics.sample(
                    "m", context: context, of: MetricLab.ourKey, window, width: 100, as: lab.access(lab.ours))
            }
            #expect(try await sample(nil).series.isEmpty)
            let points = Columns((0..<5).map { Point(step: .nan, time: $0, value: .nan) })
            try await lab.append([(SeriesName("m"), points), (SeriesName("m", context: "t"), .ramp(0..<70))])
            for merged in [false, true] {
                if merged { try await lab.mergeAll() }
                let both = try await sample(nil)
                #expect(both.series.map(\.series.context) == ["", "t"] && both.isExact && both.pointsTotal == 75)
                #expect(both.series.map(\.points) == [points, .ramp(0..<70)])
                #expect(try await sample("t").series.map(\.points) == [.ramp(0..<70)])
            }
        }
    }
}
