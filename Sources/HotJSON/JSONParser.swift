/// Reads one JSON text, tolerating what the clients really send: the bare tokens `NaN`, `Infinity`, `-Infinity`,
/// integers of any length, invalid UTF-8 and lone surrogates (read as U+FFFD). A NUL in a string becomes U+FFFD too,
/// because neither PostgreSQL's `text` nor its `jsonb` can hold one.
public struct JSONParser {
    /// What one body may make of memory.
    public struct Limits: Sendable {
        public var depthMax: Int
        public var valuesMax: Int

        public init(depthMax: Int = 64, valuesMax: Int = 1_000_000) {
            self.depthMax = depthMax
            self.valuesMax = valuesMax
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: Limits
    private var position = 0
    private var depth = 0
    private var valuesLeft: Int

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: Limits) {
        self.bytes = bytes
        self.limits = limits
        self.valuesLeft = limits.valuesMax
    }

    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: Limits = Limits()
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes.bindMemory(to: UInt8.self), limits)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.unexpected("the end") }
        return value
    }

    public static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        let result: Result<JSONValue, JSONError> = bytes.withUnsafeBytes { raw in
            do throws(JSONError) { return .success(try parse(raw, limits: limits)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    public static func parse(_ text: String, limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }
}

extension JSONParser {
    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func unexpected(_ expected: String) -> JSONError {
        guard let byte else { return JSONError(.malformed, "The JSON body ends too early; expected \(expected).") }
        let found = (0x21...0x7e).contains(byte) ? "\"\(Character(UnicodeScalar(byte)))\"" : "byte \(byte)"
        return JSONError(.malformed, "The body is not JSON: \(found) at byte \(position), expected \(expected).")
    }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func skip(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        valuesLeft -= 1
        guard valuesLeft >= 0 else {
            throw JSONError(.tooLarge, "The JSON body holds more than \(limits.valuesMax) values.")
        }
        switch byte {
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.object() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.array() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try token("true", .bool(true))
        case UInt8(ascii: "f"): return try token("false", .bool(false))
        case UInt8(ascii: "n"): return try token("null", .null)
        case UInt8(ascii: "N"): return try token("NaN", .number(JSONNumber(text: "NaN")))
        case UInt8(ascii: "I"): return try token("Infinity", .number(JSONNumber(text: "Infinity")))
        default: return try number()
        }
    }

    private mutating func nested<T>(_ body: (inout JSONParser) throws(JSONError) -> T) throws(JSONError) -> T {
        depth += 1
        guard depth <= limits.depthMax else {
            throw JSONError(.tooLarge, "The JSON body is nested deeper than \(limits.depthMax) levels.")
        }
        position += 1
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = []
        skipSpace()
        if skip(UInt8(ascii: "}")) { return JSONObject() }
        // What most objects of the clients have; growing to it would take three steps.
        members.reserveCapacity(6)
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw unexpected("a name") }
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected("\":\"") }
            skipSpace()
            members.append((name, try value()))
            skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw unexpected("\",\" or \"}\"") }
            return JSONObject(members)
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var items: [JSONValue] = []
        skipSpace()
        if skip(UInt8(ascii: "]")) { return items }
        while true {
            skipSpace()
            items.append(try value())
            skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw unexpected("\",\" or \"]\"") }
            return items
        }
    }

    private mutating func token(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(expected) else { throw unexpected("a value") }
        position = end
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = skip(UInt8(ascii: "-"))
        if byte == UInt8(ascii: "I") {
            return try token("Infinity", .number(JSONNumber(text: "-Infinity")))
        }
        let zero = byte == UInt8(ascii: "0")
        let whole = try digits()
        guard !zero || whole == 1 else {
            position = start
            throw unexpected("a number without leading zeros")
        }
        if skip(UInt8(ascii: ".")) { _ = try digits() }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            _ = try digits()
        }
        return .number(JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    private mutating func digits() throws(JSONError) -> Int {
        let start = position
        while let byte, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw unexpected(start == 0 ? "a value" : "a digit") }
        return position - start
    }
}

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte {
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw unexpected("an escaped control character") }
            position += 1
        }
        throw unexpected("a closing quote")
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20:
                throw unexpected("an escaped control character")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw unexpected("a closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte else { throw unexpected("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try scalar().utf8)
        default:
            position -= 1
            throw unexpected("an escape")
        }
    }

    /// The scalar of `\uXXXX`, or of two of them; U+FFFD for NUL and for half a pair.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hex()
        guard 0xd800..<0xe000 ~= first else {
            return first == 0 ? "\u{fffd}" : (Unicode.Scalar(first) ?? "\u{fffd}")
        }
        let back = position
        guard first < 0xdc00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            position = back
            return "\u{fffd}"
        }
        let second = try hex()
        guard 0xdc00..<0xe000 ~= second else {
            position = back
            return "\u{fffd}"
        }
        return Unicode.Scalar(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)) ?? "\u{fffd}"
    }

    private mutating func hex() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
