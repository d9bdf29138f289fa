/// The JSON document that holds an experiment's parameters, or its others (Migrations/0006 and 0027).
enum ValueDocument {
    static func encode(_ values: [LoggedValue]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(values.count * 96)
        out.append(UInt8(ascii: "{"))
        for (index, value) in values.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            put(value.name, to: &out)
            out += ":{\"t\":".utf8
            out += String(value.time).utf8
            field("v", value.value, to: &out)
            if isQuoted(value) {
                out += ",\"q\":1".utf8
            } else if value.json != value.value {
                field("j", value.json, to: &out)
            }
            let number = value.number
            if let number { field("n", number, as: value.value, to: &out) }
            if let low = value.low, low != number { field("lo", low, to: &out) }
            if let high = value.high, high != number { field("hi", high, to: &out) }
            if let step = value.step, step.isFinite { field("s", step, to: &out) }
            if !value.context.isEmpty { field("c", value.context, to: &out) }
            if !value.source.isEmpty { field("o", value.source, to: &out) }
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    /// In the order of the names. What is no such document reads as far as it goes.
    static func decode(_ text: String) -> [LoggedValue] {
        var values: [LoggedValue] = []
        var reader = FlatJSON(text)
        while let name = reader.nextKey() {
            var (texts, numbers): ([String: String], [String: String]) = ([:], [:])
            while let field = reader.nextKey() {
                switch reader.scalar() {
                case .text(let text): texts[field] = text
                case .number(let number): numbers[field] = number
                case nil: break
                }
            }
            let value = texts["v"] ?? ""
            values.append(
                LoggedValue(
                    stored: name, value: value, json: texts["j"] ?? (numbers["q"] == nil ? "" : "\"\(value)\""),
                    time: numbers["t"].flatMap { Int64($0) } ?? 0, step: numbers["s"].flatMap { Double($0) },
                    context: texts["c"] ?? "", source: texts["o"] ?? "",
                    number: numbers["n"].flatMap { Double($0) },
                    low: (numbers["lo"] ?? numbers["n"]).flatMap { Double($0) },
                    high: (numbers["hi"] ?? numbers["n"]).flatMap { Double($0) }))
        }
        return values.sorted { $0.name < $1.name }
    }

    /// Whether it was sent as a string of just these bytes.
    private static func isQuoted(_ value: LoggedValue) -> Bool {
        let (json, text) = (value.json.utf8, value.value.utf8)
        return json.count == text.count + 2 && json.first == UInt8(ascii: "\"") && json.last == UInt8(ascii: "\"")
            && json.dropFirst().dropLast().elementsEqual(text)
    }

    private static func field(_ key: StaticString, _ text: String, to out: inout [UInt8]) {
        label(key, to: &out)
        put(text, to: &out)
    }

    private static func field(_ key: StaticString, _ number: Double, to out: inout [UInt8]) {
        label(key, to: &out)
        out += "\(number)".utf8
    }

    /// As it was written where that is short and JSON too.
    private static func field(_ key: StaticString, _ number: Double, as text: String, to out: inout [UInt8]) {
        guard text.utf8.count <= 32, isPlainJSON(text) else { return field(key, number, to: &out) }
        label(key, to: &out)
        out += text.utf8
    }

    /// Whether a decimal is a JSON number as it stands: digits before and after a point, no exponent (RFC 8259 §6).
    private static func isPlainJSON(_ text: String) -> Bool {
        var (whole, digits, hasPoint, startsWithZero) = (0, 0, false, false)
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: break
            case UInt8(ascii: ".") where !hasPoint && digits > 0: (hasPoint, whole, digits) = (true, digits, 0)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits == 0, !hasPoint { startsWithZero = byte == UInt8(ascii: "0") }
                digits += 1
            default: return false
            }
        }
        return digits > 0 && (!startsWithZero || (hasPoint ? whole : digits) == 1)
    }

    private static func label(_ key: StaticString, to out: inout [UInt8]) {
        out += ",\"".utf8
        key.withUTF8Buffer { out += $0 }
        out += "\":".utf8
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and controls are escaped.
    static func put(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        defer { out.append(UInt8(ascii: "\"")) }
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            out += text.utf8
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0..<0x20:
                out += (byte < 16 ? "\\u000" : "\\u00").utf8
                out += String(byte, radix: 16).utf8
            default: out.append(byte)
            }
        }
    }
}
