/// Writes the JSON of a `ValueDocument`, value by value.
struct DocumentWriter {
    private typealias Bytes = UnsafeRawBufferPointer

    private var out: JSONText
    private var isEmpty = true
    /// Of the value before: a client gives all its parameters one.
    private var time: (number: Int64, text: String) = (0, "0")

    init(capacity: Int) {
        out = JSONText(capacity: capacity)
        out.raw("{")
    }

    consuming func finish() -> String {
        out.raw("}")
        return out.text
    }

    mutating func put(_ item: ValueBatch.Item) {
        if !isEmpty { out.raw(",") }
        isEmpty = false
        out.string(item.name)
        out.raw(":{\"t\":")
        if item.time != time.number { time = (item.time, String(item.time)) }
        out.raw(time.text)
        out.raw(",\"v\":")
        out.string(item.value)
        sent(item)
        number(item)
        if item.step.isFinite { out.double(",\"s\":", item.step) }
        if !item.context.isEmpty {
            out.raw(",\"c\":")
            out.string(item.context)
        }
        if !item.source.isEmpty {
            out.raw(",\"o\":")
            out.string(item.source)
        }
        out.raw("}")
    }

    private mutating func sent(_ item: ValueBatch.Item) {
        switch item.form {
        case .same: break
        case .quoted: out.raw(",\"q\":1")
        case .apart:
            out.raw(",\"j\":")
            out.string(item.json)
        }
    }

    /// As it was written where that is short and JSON, too; its range where that is more than the number.
    private mutating func number(_ item: ValueBatch.Item) {
        let isPlain = item.value.count <= 32 && Self.isPlainJSON(item.value)
        let hasRange = item.range.low != nil || item.range.high != nil
        let number = isPlain && !hasRange ? nil : LoggedValue.number(item.value)
        if isPlain {
            out.raw(",\"n\":")
            out.raw(item.value)
        } else if let number {
            out.double(",\"n\":", number)
        }
        guard hasRange else { return }
        if let low = item.range.low, low != number { out.double(",\"lo\":", low) }
        if let high = item.range.high, high != number { out.double(",\"hi\":", high) }
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
