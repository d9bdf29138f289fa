/// The JSON document that holds an experiment's parameters, or its others (Migrations/0006).
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
            if value.json != value.value { field("j", value.json, to: &out) }
            if let number = LoggedValue.number(value.value) { field("n", number, to: &out) }
            if let low = value.low { field("lo", low, to: &out) }
            if let high = value.high { field("hi", high, to: &out) }
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
            values.append(
                LoggedValue(
                    stored: name, value: texts["v"] ?? "", json: texts["j"] ?? "",
                    time: numbers["t"].flatMap { Int64($0) } ?? 0, step: numbers["s"].flatMap { Double($0) },
                    context: texts["c"] ?? "", source: texts["o"] ?? "", low: numbers["lo"].flatMap { Double($0) },
                    high: numbers["hi"].flatMap { Double($0) }))
        }
        return values.sorted { $0.name < $1.name }
    }

    private static func field(_ key: StaticString, _ text: String, to out: inout [UInt8]) {
        label(key, to: &out)
        put(text, to: &out)
    }

    private static func field(_ key: StaticString, _ number: Double, to out: inout [UInt8]) {
        label(key, to: &out)
        out += "\(number)".utf8
    }

    private static func label(_ key: StaticString, to out: inout [UInt8]) {
        out += ",\"".utf8
        key.withUTF8Buffer { out += $0 }
        out += "\":".utf8
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and controls are escaped.
    static func put(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
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
        out.append(UInt8(ascii: "\""))
    }
}
