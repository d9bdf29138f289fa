/// One JSON value, as it was sent: numbers keep their text, so that `1e-05` and 2⁷⁰ come out as they went in.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A number and the bare tokens `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
public struct JSONNumber: Sendable, Equatable {
    public let text: String

    public init(text: String) {
        self.text = text
    }

    /// The nearest double; integers of any length are taken.
    public var double: Double {
        Double(text) ?? .nan
    }

    /// The integer that this is exactly; `nil` with a fraction or beyond 64 bits.
    public var integer: Int64? {
        Int64(text) ?? Int64(exactly: double)
    }

    public var isFinite: Bool {
        double.isFinite || (text != "NaN" && text != "Infinity" && text != "-Infinity")
    }

    /// Whether it is a number of RFC 8259 §6.
    static func isWellFormed(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        var rest = text[...]
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = dropDigits(&rest)
        guard whole > 0, !startsWithZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard dropDigits(&rest) > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func dropDigits<Text: RandomAccessCollection<UInt8>>(_ rest: inout Text) -> Int
    where Text.SubSequence == Text {
        let count = rest.count
        rest = rest.drop { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return count - rest.count
    }
}

/// Members in the order of the text. Where a name stands twice, the later one counts, as in Python.
public struct JSONObject: Sendable, Equatable {
    public private(set) var members: [(name: String, value: JSONValue)]

    public init(_ members: [(name: String, value: JSONValue)] = []) {
        self.members = members
    }

    public subscript(name: String) -> JSONValue? {
        guard let place = members.lastIndex(where: { $0.name == name }) else { return nil }
        return members[place].value
    }

    public static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.elementsEqual(other.members) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension JSONValue {
    public subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    /// What this is, for an error message.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// How a parameter or an "other" is shown: text as it is, everything else as JSON; nothing for `null`.
    public var shown: String {
        switch self {
        case .null: ""
        case .string(let text): text
        case .number(let number): number.text
        default: jsonText
        }
    }

    /// A logged value as the dialect shows it: `null` has a word, too.
    public var displayed: String {
        self == .null ? "null" : shown
    }
}
