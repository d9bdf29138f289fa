/// Parameters in columns. What is text stands one after the other in `texts`, and `lengths` says where each ends: of
/// every parameter its name, its value as it is shown, its value as it was sent, its source and its context.
public struct ParameterColumns: Sendable, Equatable {
    /// How a value was sent, beside how it is shown.
    public enum Form: UInt8, Sendable {
        /// Just so, such as a number: it has no text of its own.
        case same = 0
        /// Just so between quotation marks: it has no text of its own, either.
        case quoted
        case apart
    }

    static let textsOfEach = 5

    public private(set) var texts: [UInt8] = []
    public private(set) var lengths: [UInt32] = []
    /// Of each, the raw value of its `Form`.
    public private(set) var forms: [UInt8] = []
    /// Epoch milliseconds.
    public private(set) var times: [Int64] = []
    /// NaN: none.
    public private(set) var steps: [Double] = []

    public init() {}

    public var count: Int { times.count }

    /// - Parameters:
    ///   - shown: The value as it is shown.
    ///   - sent: The value as it was sent, JSON.
    public mutating func append(
        name: String, shown: String, sent: String, time: Int64, step: Double?, source: String, context: String = ""
    ) {
        let form: Form = sent == shown ? .same : sent == "\"\(shown)\"" ? .quoted : .apart
        for text in [name, shown, form == .apart ? sent : "", source, context] { put(text.utf8) }
        end(form, time, step)
    }

    mutating func put(_ text: some Collection<UInt8>) {
        texts.append(contentsOf: text)
        lengths.append(UInt32(truncatingIfNeeded: text.count))
    }

    mutating func end(_ form: Form, _ time: Int64, _ step: Double?) {
        forms.append(form.rawValue)
        times.append(time)
        steps.append(step ?? .nan)
    }

    mutating func reserve(_ count: Int, bytes: Int) {
        texts.reserveCapacity(bytes)
        lengths.reserveCapacity(count * Self.textsOfEach)
        forms.reserveCapacity(count)
        times.reserveCapacity(count)
        steps.reserveCapacity(count)
    }

    /// Equal when every bit is: a NaN equals itself.
    public static func == (one: ParameterColumns, other: ParameterColumns) -> Bool {
        one.texts == other.texts && one.lengths == other.lengths && one.forms == other.forms
            && one.times == other.times && one.steps.map(\.bitPattern) == other.steps.map(\.bitPattern)
    }
}
