/// A batch of metric points in columns: the i-th point is `(series[seriesIndex[i]], steps[i], …)`.
public struct MetricColumns: Sendable, Equatable {
    public struct Series: Sendable, Hashable {
        public let name: String
        /// Empty: none.
        public let context: String

        public init(name: String, context: String) {
            self.name = name
            self.context = context
        }
    }

    public var experimentKey = ""
    public var series: [Series] = []
    public var seriesIndex: [UInt32] = []
    public var values: [Double] = []
    /// NaN: none.
    public var steps: [Double] = []
    /// NaN: none; empty: no point has one.
    public var epochs: [Double] = []
    /// Epoch milliseconds.
    public var times: [Int64] = []
    /// Names of series some of whose values were text that is no number; those points were left out.
    public var skipped: [String] = []

    public init() {}

    /// Equal when every bit is: a NaN equals itself.
    public static func == (one: MetricColumns, other: MetricColumns) -> Bool {
        func bits(_ column: [Double]) -> [UInt64] { column.map(\.bitPattern) }
        return one.experimentKey == other.experimentKey && one.series == other.series
            && one.seriesIndex == other.seriesIndex && bits(one.values) == bits(other.values)
            && bits(one.steps) == bits(other.steps) && bits(one.epochs) == bits(other.epochs)
            && one.times == other.times && one.skipped == other.skipped
    }
}

/// What clients send as the value of a metric when it is text.
enum MetricValue {
    /// `nil`: no number.
    static func read(_ text: String) -> Double? {
        switch text {
        case "NaN", "nan": return .nan
        case "Infinity", "inf": return .infinity
        case "-Infinity", "-inf": return -.infinity
        case "True", "true": return 1
        case "False", "false": return 0
        default:
            // The same alphabet as the hot path: `Double` alone would also take "infinity" and hexadecimal.
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }),
                text.utf8.first != UInt8(ascii: "+")
            else { return nil }
            return Double(text)
        }
    }
}
