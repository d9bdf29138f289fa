import Foundation

/// What one workload did at one number of connections.
public struct BenchResult: Sendable, Codable {
    public let workload: String
    public let unit: String
    public let connections: Int
    /// Measured time, without connecting and warming up.
    public let seconds: Double
    public let transactions: Int
    public let perSecond: Double
    /// Milliseconds of one transaction.
    public let p50: Double
    public let p99: Double
    public let max: Double

    init(workload: Workload, connections: Int, seconds: Double, units: Int, latencies: [Double]) {
        let sorted = latencies.sorted()
        func quantile(_ part: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
        }
        self.workload = workload.rawValue
        unit = workload.unit
        self.connections = connections
        self.seconds = seconds
        transactions = latencies.count
        perSecond = seconds > 0 ? Double(units) / seconds : 0
        (p50, p99, max) = (quantile(0.5), quantile(0.99), sorted.last ?? 0)
    }

    public static let heading =
        "workload    connections         per second     p50 ms     p99 ms     max ms   transactions"

    /// A row under `heading`.
    public var row: String {
        String(
            format: "%@ %11ld %11ld %@ %10.2f %10.2f %10.2f %14ld", BenchResult.padded(workload, 11), connections,
            Int(perSecond), BenchResult.padded(unit, 6), p50, p99, max, transactions)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: Swift.max(0, width - text.count))
    }
}
