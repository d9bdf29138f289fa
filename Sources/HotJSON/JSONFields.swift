/// The members of an object, read by name and type. Every error names the field by its whole path, such as
/// `outputLines[3].offset`. `null` counts as absent, as the clients mean it.
public struct JSONFields: Sendable {
    public let object: JSONObject
    /// Where the object stands: a field's path, and its place where that is a list. Empty for the body.
    private let place: (field: String, index: Int?)

    public init(_ value: JSONValue) throws(JSONError) {
        try self.init(value, at: ("", nil))
    }

    private init(_ value: JSONValue, at place: (field: String, index: Int?)) throws(JSONError) {
        guard case .object(let object) = value else {
            let what = place.field.isEmpty ? "The body" : "The field \(Self.text(place))"
            throw JSONError(.wrongType, "\(what) must be an object, not \(value.kindName).")
        }
        self.object = object
        self.place = place
    }

    private static func text(_ place: (field: String, index: Int?)) -> String {
        place.index.map { "\(place.field)[\($0)]" } ?? place.field
    }

    /// What stands before the name of a field, in an error.
    private var path: String {
        place.field.isEmpty ? "" : Self.text(place) + "."
    }

    /// The value as it was sent; `nil` when absent or `null`.
    public func value(_ name: String) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    public func stringIfAny(_ name: String) throws(JSONError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw wrong(name, "text", value) }
        return text
    }

    /// Not empty.
    public func string(_ name: String) throws(JSONError) -> String {
        guard let text = try stringIfAny(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    /// Numbers and booleans are taken as their text: clients are not strict about what is text.
    public func text(_ name: String) throws(JSONError) -> String {
        guard let value = value(name) else { return "" }
        switch value {
        case .array, .object: throw wrong(name, "text", value)
        default: return value.shown
        }
    }

    public func doubleIfAny(_ name: String) throws(JSONError) -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .number(let number): return number.double
        case .string(let text):
            guard let number = MetricValue.read(text) else { throw wrong(name, "a number", value) }
            return number
        default: throw wrong(name, "a number", value)
        }
    }

    public func integerIfAny(_ name: String) throws(JSONError) -> Int64? {
        guard let value = value(name) else { return nil }
        if case .number(let number) = value {
            if let integer = number.integer { return integer }
            if let integer = Int64(exactly: number.double.rounded(.towardZero)) { return integer }
        }
        if case .string(let text) = value, let integer = Int64(text) { return integer }
        throw wrong(name, "an integer", value)
    }

    public func integer(_ name: String) throws(JSONError) -> Int64 {
        guard let integer = try integerIfAny(name) else { throw missing(name) }
        return integer
    }

    /// Python's `True` and `False` as text are taken too.
    public func boolIfAny(_ name: String) throws(JSONError) -> Bool? {
        guard let value = value(name) else { return nil }
        switch value {
        case .bool(let flag): return flag
        case .string(let text) where text.lowercased() == "true": return true
        case .string(let text) where text.lowercased() == "false": return false
        default: throw wrong(name, "a boolean", value)
        }
    }

    public func bool(_ name: String, else fallback: Bool = false) throws(JSONError) -> Bool {
        try boolIfAny(name) ?? fallback
    }

    /// Absent: no items.
    public func list(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard case .array(let items) = value else { throw wrong(name, "a list", value) }
        return items
    }

    public func strings(_ name: String) throws(JSONError) -> [String] {
        var texts: [String] = []
        for (index, item) in try list(name).enumerated() {
            switch item {
            case .array, .object: throw wrong("\(name)[\(index)]", "text", item)
            default: texts.append(item.shown)
            }
        }
        return texts
    }

    public func objects(_ name: String) throws(JSONError) -> [JSONFields] {
        let (items, field) = (try list(name), path + name)
        var fields: [JSONFields] = []
        fields.reserveCapacity(items.count)
        for (index, item) in items.enumerated() { fields.append(try JSONFields(item, at: (field, index))) }
        return fields
    }

    public func fieldsIfAny(_ name: String) throws(JSONError) -> JSONFields? {
        guard let value = value(name) else { return nil }
        return try JSONFields(value, at: (path + name, nil))
    }

    public func missing(_ name: String) -> JSONError {
        JSONError(.missing, "The field \(path)\(name) is missing or empty.")
    }

    /// `rule` completes the sentence that begins with the field's path.
    public func broken(_ name: String, _ rule: String) -> JSONError {
        JSONError(.wrongType, "The field \(path)\(name) \(rule).")
    }

    public func wrong(_ name: String, _ expected: String, _ value: JSONValue) -> JSONError {
        JSONError(.wrongType, "The field \(path)\(name) must be \(expected), not \(value.kindName).")
    }
}
