import Foundation
import Synchronization

/// Runs one load on each of some connections: each sends its next transaction when the last one is answered.
///
/// A thread a connection, since they block, and since Swift's own pool has too few of them.
enum ClosedLoop {
    private struct Lane: Sendable {
        var latencies: [Double] = []
        var units = 0
        var failure: String?
    }

    /// Connects, prepares, warms up, and measures for `seconds`. Transactions under way at the end are let finish and
    /// counted; so is their time.
    static func run(
        _ workload: Workload, on target: BenchTarget, connections: Int, seconds: Double, project: String
    ) async throws -> BenchResult {
        let gate = Gate(count: connections)
        let lanes = await withTaskGroup(of: Lane.self) { group in
            for _ in 0..<connections {
                group.addTask {
                    await onThread { lane(workload.load(target, project: project), target, seconds, gate) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        if let failure = lanes.compactMap(\.failure).first { throw HTTPConnection.Broken(description: failure) }
        return BenchResult(
            workload: workload, connections: connections, seconds: gate.elapsed(),
            units: lanes.reduce(0) { $0 + $1.units }, latencies: lanes.flatMap(\.latencies))
    }

    private static func lane(_ load: any Load, _ target: BenchTarget, _ seconds: Double, _ gate: Gate) -> Lane {
        var (load, lane) = (load, Lane())
        do {
            let connection = try HTTPConnection(target)
            try load.prepare(connection)
            for _ in 0..<3 { try load.transaction(connection) }
            let start = gate.wait()
            while ContinuousClock.now - start < .seconds(seconds) {
                let began = ContinuousClock.now
                try load.transaction(connection)
                lane.latencies.append((ContinuousClock.now - began) / .milliseconds(1))
                lane.units += load.units
            }
        } catch {
            lane.failure = "\(error)"
            _ = gate.wait()
        }
        gate.finish()
        return lane
    }

    private static func onThread(_ body: @escaping @Sendable () -> Lane) async -> Lane {
        await withCheckedContinuation { done in
            let thread = Thread { done.resume(returning: body()) }
            thread.name = "bench"
            thread.start()
        }
    }
}

/// Lets all lanes begin together, and knows how long it took from there to the end of the last.
///
/// Unchecked: every field is read and written under `condition`.
private final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var missing: Int
    private var start: ContinuousClock.Instant?
    private var end: ContinuousClock.Instant?

    init(count: Int) {
        missing = count
    }

    /// Answers when the clock was started.
    func wait() -> ContinuousClock.Instant {
        condition.lock()
        defer { condition.unlock() }
        missing -= 1
        if missing == 0 {
            start = .now
            condition.broadcast()
        }
        while missing > 0 { condition.wait() }
        return start ?? .now
    }

    func finish() {
        condition.lock()
        defer { condition.unlock() }
        end = .now
    }

    func elapsed() -> Double {
        condition.lock()
        defer { condition.unlock() }
        guard let start, let end else { return 0 }
        return (end - start) / .seconds(1)
    }
}
