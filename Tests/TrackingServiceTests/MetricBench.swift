import Foundation
import Model
import Postgres
import Series
import TestKit
import Testing

@testable import TrackingService

/// Ingest through `Metrics.append` against a durable server: `HALLEY_BENCH_DATABASE` names its folder (a Unix socket with
/// the trusted user `postgres` and a migrated database `bench`), built with `-c release`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HALLEY_BENCH_DATABASE"] != nil), .serialized)
struct MetricBench {
    static let seconds = 4.0

    @Test(arguments: [(1, 1000, 10), (8, 1000, 10), (8, 1000, 100), (1, 1, 1), (8, 1, 1), (32, 1, 1)])
    func `ingest`(callers: Int, points: Int, names: Int) async throws {
        for isShared in [false, true] {
            try await MetricBench.with { lab, append in
                let start = ContinuousClock.now
                let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
                    for caller in 0..<callers {
                        group.addTask {
                            var (latencies, step): ([Duration], Int) = ([], 0)
                            while ContinuousClock.now - start < .seconds(MetricBench.seconds) {
                                let batch = MetricBench.batch(points, names, step: step, caller: isShared ? caller : 0)
                                step += points / names
                                let begin = ContinuousClock.now
                                try await append(batch, isShared ? 0 : caller)
                                latencies.append(.now - begin)
                            }
                            return latencies
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }.sorted()
                }
                let elapsed = (ContinuousClock.now - start) / .seconds(1)
                let rate = Double(latencies.count) / elapsed
                let lag = try await lab.count("tracking.metric_journal")
                let begin = ContinuousClock.now
                try await lab.mergeAll()
                print(
                    "bench c=\(callers) points=\(points) names=\(names) \(isShared ? "one experiment" : "one each"):",
                    "\(Int(rate)) batches/s \(Int(rate * Double(points))) points/s p50 \(latencies[latencies.count / 2])",
                    "p99 \(latencies[latencies.count * 99 / 100]) journal left \(lag), merged in \(ContinuousClock.now - begin)"
                )
            }
        }
    }

    @Test(arguments: [100_000, 1_000_000])
    func `reading`(length: Int) async throws {
        try await MetricBench.with { lab, append in
            for start in stride(from: 0, to: length, by: 50_000) {
                try await append([(SeriesName("loss"), MetricBench.noise(start..<start + 50_000))], 0)
            }
            try await lab.mergeAll()
            for width in [320, 2500] {
                var times: [Duration] = []
                var count = 0
                for _ in 0..<40 {
                    let begin = ContinuousClock.now
                    let sample = try await lab.metrics.sample(
                        "loss", context: nil, of: MetricLab.ourKey, AxisWindow(axis: .step, from: nil, to: nil),
                        width: width,
                        as: lab.access(lab.ours))
                    times.append(.now - begin)
                    count = sample.series.first?.points.count ?? 0
                }
                times.sort()
                print("bench sample \(width) of \(length): \(count) points, p50 \(times[20]) p99 \(times[39])")
            }
            let begin = ContinuousClock.now
            let read = try await lab.read()[SeriesName("loss")]?.count ?? 0
            print("bench read \(read): \(ContinuousClock.now - begin)")
        }
    }

    /// A lab on the durable server; experiment 0 is ours.
    private static func with(
        _ body: (MetricLab, @escaping @Sendable ([(SeriesName, Columns)], Int) async throws -> Void) async throws ->
            Void
    ) async throws {
        let folder = ProcessInfo.processInfo.environment["HALLEY_BENCH_DATABASE"] ?? ""
        func open(_ user: String) async throws -> Database {
            try await Database(
                DatabaseConfig(conninfo: "host=\(folder) dbname=bench user=\(user)"), logger: ScratchDatabase.logger)
        }
        let (owner, database) = (try await open("postgres"), try await open("halley_tracking"))
        try await owner.run(
            "TRUNCATE tracking.experiments, tracking.metric_journal, tracking.metric_chunks, tracking.metric_pending, tracking.metric_summaries, tracking.metric_counts CASCADE",
            for: .none)
        let lab = try await MetricLab(database, owner, MergeSettings())
        var places = [lab.ours]
        for _ in 1..<32 {
            let place = MetricPlace(workspace: ID(lab.ours.workspace), experiment: .fresh())
            try await owner.run(
                """
                INSERT INTO tracking.experiments (workspace_id, id, project_id, key, name, owner_id, owner_name, started_at)
                SELECT workspace_id, \(place.experiment), project_id, \(place.experiment.uuidString.replacing("-", with: "")), 'n', owner_id, 'o', now()
                  FROM tracking.experiments WHERE workspace_id = \(place.workspace) LIMIT 1
                """, for: .none)
            places.append(place)
        }
        let permit = try lab.access(lab.ours).require(.log, on: .workspace(ID(lab.ours.workspace)))
        let all = places
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lab.metrics.run() }
            try await body(lab) { batch, number in
                var (index, columns): ([UInt32], Columns) = ([], Columns())
                for (place, part) in batch.enumerated() {
                    index += [UInt32](repeating: UInt32(place), count: part.1.count)
                    columns.append(part.1)
                }
                let draft = try MetricDraft(series: batch.map(\.0), index: index, columns: columns)
                try await lab.metrics.queue.append(MetricAppend(draft, to: all[number], permit: permit))
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await database.close()
        await owner.close()
    }

    private static func batch(_ points: Int, _ names: Int, step: Int, caller: Int) -> [(SeriesName, Columns)] {
        (0..<names).map { (SeriesName("metric/\(caller)/\($0)"), noise(step..<step + points / names)) }
    }

    private static func noise(_ range: Range<Int>) -> Columns {
        Columns(
            range.map {
                Point(
                    step: Double($0), time: 1_700_000_000_000 + Int64($0 * 37 + ($0 * 7919) % 11),
                    value: Double(Float(1 / (1 + Double($0) / 100) + Double(($0 &* 2_654_435_761) % 1000) / 1e5)))
            })
    }
}
