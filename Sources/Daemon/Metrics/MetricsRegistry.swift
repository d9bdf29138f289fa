public import CoreMetrics
import Foundation
import Synchronization

/// The backend of swift-metrics: keeps every counter, gauge and timer of the process and writes them down in
/// Prometheus' text format (version 0.0.4).
public final class MetricsRegistry: MetricsFactory {
    struct Key: Hashable, Comparable {
        let name: String
        /// As they stand between the braces.
        let labels: String

        init(_ label: String, _ dimensions: [(String, String)]) {
            name = Key.sanitized(label)
            labels = dimensions.map { "\(Key.sanitized($0))=\"\(Key.escaped($1))\"" }.joined(separator: ",")
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.name, left.labels) < (right.name, right.labels)
        }

        private static func sanitized(_ name: String) -> String {
            let kept = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
            return kept.first?.isNumber == true ? "_" + String(kept) : String(kept)
        }

        private static func escaped(_ value: String) -> String {
            value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
    }

    private let meters = Mutex<[Key: any Metered]>([:])
    /// Beyond it new series are not kept: a label that somebody else chooses must not fill the memory.
    private static let seriesMax = 10_000

    public init() {}

    private func meter<M: Metered>(_ label: String, _ dimensions: [(String, String)], _ make: () -> M) -> M {
        let key = Key(label, dimensions)
        return meters.withLock { meters in
            if let known = meters[key] as? M { return known }
            let made = make()
            if meters.count < MetricsRegistry.seriesMax { meters[key] = made }
            return made
        }
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        meter(label, dimensions) { CounterMeter() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        meter(label, dimensions) { GaugeMeter() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return meter(label, dimensions) { HistogramMeter(bounds: HistogramMeter.sizes) } }
        return meter(label, dimensions) { GaugeMeter() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        meter(label + "_seconds", dimensions) { HistogramMeter(bounds: HistogramMeter.seconds) }
    }

    // Series live as long as the process, so that a rate over them never jumps back.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// All of them, by name.
    public func text() -> String {
        let all = meters.withLock { $0 }.sorted { $0.key < $1.key }
        var text = ""
        var named = ""
        for (key, meter) in all {
            if key.name != named {
                named = key.name
                text += "# TYPE \(named) \(meter.type)\n"
            }
            meter.write(key.name, key.labels, to: &text)
        }
        return text
    }
}
