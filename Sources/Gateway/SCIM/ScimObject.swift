import HotJSON

/// An object with the names that are kept here, written as RFC 7643 writes them, whatever the sender's case is.
struct ScimObject: Sendable, Equatable {
    private var members: [String: JSONValue] = [:]

    init() {}

    /// Nothing for what is no object; a bare text is a `value`.
    init(_ value: JSONValue?) {
        switch value {
        case .object(let object)?:
            for member in object.members {
                guard let name = ScimName.known(ScimName.bare(member.name)) else { continue }
                members[name] = Self.plain(member.value)
            }
        case .string?: members["value"] = value
        default: break
        }
    }

    private static func plain(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null: nil
        case .object: ScimObject(value).value
        case .array(let items): .array(items.compactMap(plain))
        default: value
        }
    }

    subscript(name: String) -> JSONValue? {
        get { members[name] }
        set { members[name] = newValue == .null ? nil : newValue }
    }

    mutating func merge(_ other: ScimObject) {
        members.merge(other.members) { $1 }
    }

    func items(_ name: String) -> [JSONValue] {
        guard case .array(let items)? = members[name] else { return members[name].map { [$0] } ?? [] }
        return items
    }

    var value: JSONValue {
        .object(JSONObject(members.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }))
    }
}
