import HotJSON

/// Which attributes an answer holds (RFC 7644 §3.9).
struct ScimView: Sendable {
    private static let always: Set<String> = ["schemas", "id"]

    private let wanted: Set<String>
    private let excluded: Set<String>

    init(_ query: Query) {
        wanted = Self.names(query["attributes"])
        excluded = Self.names(query["excludedAttributes"])
    }

    private static func names(_ list: String) -> Set<String> {
        Set(
            list.split(separator: ",").map {
                ScimName.bare(String($0.drop { $0 == " " }.prefix { $0 != " " })).lowercased()
            })
    }

    /// Whether it is worth finding out.
    func shows(_ name: String) -> Bool {
        let key = name.lowercased()
        guard wanted.isEmpty else { return wanted.contains { $0 == key || $0.hasPrefix(key + ".") } }
        return !excluded.contains(key)
    }

    func shown(_ object: JSONObject) -> JSONValue {
        .object(
            JSONObject(
                object.members.compactMap { name, value in
                    if Self.always.contains(name) { return (name, value) }
                    guard shows(name) else { return nil }
                    return (name, parts(of: value, under: name.lowercased()))
                }))
    }

    /// Of an attribute of which only parts were asked for, or not.
    private func parts(of value: JSONValue, under name: String) -> JSONValue {
        switch value {
        case .array(let items): return .array(items.map { parts(of: $0, under: name) })
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.filter { part, _ in
                        let key = "\(name).\(part.lowercased())"
                        return wanted.isEmpty ? !excluded.contains(key) : wanted.contains(name) || wanted.contains(key)
                    }))
        default: return value
        }
    }
}
