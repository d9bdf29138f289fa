import CoreMetrics
import Synchronization

/// One series, or with a histogram a family of them.
protocol Metered: AnyObject, Sendable {
    var type: String { get }
    func write(_ name: String, _ labels: String, to text: inout String)
}

private func braced(_ labels: String, _ more: String = "") -> String {
    let all = [labels, more].filter { !$0.isEmpty }.joined(separator: ",")
    return all.isEmpty ? "" : "{\(all)}"
}

final class CounterMeter: CounterHandler, Metered {
    private let value = Atomic<Int64>(0)
    let type = "counter"

    func increment(by amount: Int64) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += "\(name)\(braced(labels)) \(value.load(ordering: .relaxed))\n"
    }
}

final class GaugeMeter: MeterHandler, RecorderHandler, Metered {
    private let value = Mutex(0.0)
    let type = "gauge"

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += "\(name)\(braced(labels)) \(value.withLock { $0 })\n"
    }
}

final class HistogramMeter: RecorderHandler, TimerHandler, Metered {
    static let seconds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    static let sizes: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    private struct State {
        var counts: [Int]
        var count = 0
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>
    let type = "histogram"

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            if let bucket { state.counts[bucket] += 1 }
            state.count += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let (counts, count, sum) = state.withLock { ($0.counts, $0.count, $0.sum) }
        var below = 0
        for (bound, here) in zip(bounds, counts) {
            below += here
            text += "\(name)_bucket\(braced(labels, "le=\"\(bound)\"")) \(below)\n"
        }
        text += "\(name)_bucket\(braced(labels, "le=\"+Inf\"")) \(count)\n"
        text += "\(name)_sum\(braced(labels)) \(sum)\n\(name)_count\(braced(labels)) \(count)\n"
    }
}
