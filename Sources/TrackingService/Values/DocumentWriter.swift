/// Writes the JSON of a `ValueDocument`, value by value.
struct DocumentWriter {
    private typealias Bytes = UnsafeRawBufferPointer

    /// What the first value has, and nearly always all: a client logs its parameters together.
    private struct Head {
        let time: Int64
        let form: ValueBatch.Form
        let source: [UInt8]

        func covers(_ item: ValueBatch.Item) -> Bool {
            item.time == time && item.form == form && !item.step.isFinite && item.context.isEmpty
                && item.source.elementsEqual(source)
        }
    }

    private var out: JSONText
    private var isEmpty = true
    private let hasHead: Bool
    private var head: Head?

    /// - Parameter hasHead: what values have in common is said once; worth it for more than two.
    init(capacity: Int, hasHead: Bool) {
        out = JSONText(capacity: capacity)
        self.hasHead = hasHead
        out.raw("{")
    }

    consuming func finish() -> String {
        out.raw("}")
        return out.text
    }

    mutating func put(_ item: ValueBatch.Item) {
        if isEmpty, hasHead { open(item) }
        if !isEmpty { out.raw(",") }
        isEmpty = false
        out.string(item.name)
        out.raw(":")
        if let head, head.covers(item) { return short(item) }
        origin(item)
        out.raw(",\"v\":")
        out.string(item.value)
        number(item)
        if item.form == .apart {
            out.raw(",\"j\":")
            out.string(item.json)
        }
        if item.step.isFinite { out.double(",\"s\":", item.step) }
        if !item.context.isEmpty {
            out.raw(",\"c\":")
            out.string(item.context)
        }
        out.raw("}")
    }

    /// Under the name that no value has.
    private mutating func open(_ item: ValueBatch.Item) {
        guard item.form != .apart else { return }
        head = Head(time: item.time, form: item.form, source: Array(item.source))
        out.raw("\"\":")
        origin(item)
        out.raw("}")
        isEmpty = false
    }

    /// Begins the object of a value, or of the head.
    private mutating func origin(_ item: ValueBatch.Item) {
        out.raw("{\"t\":")
        out.raw(String(item.time))
        if item.form == .quoted { out.raw(",\"q\":1") }
        guard !item.source.isEmpty else { return }
        out.raw(",\"o\":")
        out.string(item.source)
    }

    /// As a number of JSON where it can be had back from one as it was written, as a text where it is no number.
    private mutating func short(_ item: ValueBatch.Item) {
        if !item.hasRange {
            if Self.isShortJSON(item.value), !Self.isNegativeZero(item.value) { return out.raw(item.value) }
            if LoggedValue.number(item.value) == nil { return out.string(item.value) }
        }
        out.raw("{\"v\":")
        out.string(item.value)
        number(item)
        out.raw("}")
    }

    /// As it was written where that is short and JSON, too; its range where that is more than the number.
    private mutating func number(_ item: ValueBatch.Item) {
        let isPlain = Self.isShortJSON(item.value)
        let number = isPlain && !item.hasRange ? nil : LoggedValue.number(item.value)
        if isPlain {
            out.raw(",\"n\":")
            out.raw(item.value)
        } else if let number {
            out.double(",\"n\":", number)
        }
        guard item.hasRange else { return }
        if let low = item.range.low, low != number { out.double(",\"lo\":", low) }
        if let high = item.range.high, high != number { out.double(",\"hi\":", high) }
    }

    private static func isShortJSON(_ text: Bytes) -> Bool { text.count <= 32 && isPlainJSON(text) }

    /// Which PostgreSQL takes for a zero without a sign.
    private static func isNegativeZero(_ text: Bytes) -> Bool {
        text.first == UInt8(ascii: "-") && text.allSatisfy { $0 < UInt8(ascii: "1") }
    }

    /// Whether a decimal is a JSON number as it stands: digits before and after a point, no exponent (RFC 8259 §6).
    private static func isPlainJSON(_ text: Bytes) -> Bool {
        var (whole, digits, hasPoint, startsWithZero) = (0, 0, false, false)
        for place in text.indices {
            switch text[place] {
            case UInt8(ascii: "-") where place == 0: break
            case UInt8(ascii: ".") where !hasPoint && digits > 0: (hasPoint, whole, digits) = (true, digits, 0)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits == 0, !hasPoint { startsWithZero = text[place] == UInt8(ascii: "0") }
                digits += 1
            default: return false
            }
        }
        return digits > 0 && (!startsWithZero || (hasPoint ? whole : digits) == 1)
    }
}
