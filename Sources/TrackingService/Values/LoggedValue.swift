import Model

/// A parameter or an other, as it was last logged.
struct LoggedValue: Sendable, Equatable {
    static let nameBytesMax = 1024
    static let valueBytesMax = 256 * 1024
    static let requestCountMax = 20_000

    let name: String
    /// As it is shown.
    let value: String
    /// As it was sent.
    let json: String
    /// Epoch milliseconds. An older time never replaces a newer value; equal times do: the last write wins.
    let time: Int64
    let step: Double?
    let context: String
    let source: String
    /// What `value` is as a number, if it is one.
    let number: Double?
    /// The least and the greatest number that it has been; `nil` when it never was one.
    let low: Double?
    let high: Double?

    /// Throws `.invalid`, naming the value, when it is too long or holds a NUL.
    init(
        name: String, value: String, json: String = "", time: Int64, step: Double? = nil, context: String = "",
        source: String = ""
    ) throws(Failure) {
        guard !name.isEmpty else { throw Failure(.invalid, "A value needs a name.", reason: "name_empty") }
        try TextRule.check(name, "name of a value", bytesMax: Self.nameBytesMax)
        try TextRule.check(value, "value of \(name)", bytesMax: Self.valueBytesMax)
        try TextRule.check(json, "JSON of \(name)", bytesMax: Self.valueBytesMax)
        try TextRule.check(context, "context of \(name)", bytesMax: Self.nameBytesMax)
        try TextRule.check(source, "source of \(name)", bytesMax: Self.nameBytesMax)
        let number = Self.number(value)
        self.init(
            stored: name, value: value, json: json, time: time, step: step, context: context, source: source,
            number: number, low: number, high: number)
    }

    init(
        stored name: String, value: String, json: String, time: Int64, step: Double?, context: String, source: String,
        number: Double?, low: Double?, high: Double?
    ) {
        (self.name, self.value, self.json) = (name, value, json.isEmpty ? value : json)
        (self.time, self.step, self.context, self.source) = (time, step, context, source)
        (self.number, self.low, self.high) = (number, low, high)
    }

    var lowText: String { low.map(text) ?? "" }
    var highText: String { high.map(text) ?? "" }

    /// A decimal number that is finite; no hexadecimal, no `inf`, no `nan`.
    static func number(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { number(UnsafeRawBufferPointer($0)) }
    }

    static func number(_ text: UnsafeRawBufferPointer) -> Double? {
        let isPlain = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isPlain, let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
        return number
    }

    /// As the client wrote it where that is the same number.
    private func text(_ number: Double) -> String {
        if number == self.number { return value }
        if let whole = Int64(exactly: number), abs(whole) < 1_000_000_000_000_000 { return String(whole) }
        return "\(number)"
    }
}
