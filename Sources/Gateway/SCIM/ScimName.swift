import HotJSON

/// Names of schemas and attributes (RFC 7643).
enum ScimName {
    static let core = "urn:ietf:params:scim:schemas:core:2.0:"
    static let messages = "urn:ietf:params:scim:api:messages:2.0:"

    /// Without the name of a core schema before it.
    static func bare(_ text: String) -> String {
        guard text.lowercased().hasPrefix(core.lowercased()) else { return text }
        let rest = text.dropFirst(core.count)
        return rest.firstIndex(of: ":").map { String(rest[rest.index(after: $0)...]) } ?? String(rest)
    }

    /// As RFC 7643 writes it; `nil` for what is not kept here, or not for others to write.
    static func known(_ text: String) -> String? { all[text.lowercased()] }

    static let lists: Set<String> = ["emails", "members"]
    /// In lower case.
    static let readOnly: Set<String> = ["id", "meta", "schemas", "groups"]

    private static let all = Dictionary(
        uniqueKeysWithValues: [
            "userName", "externalId", "displayName", "active", "name", "formatted", "familyName", "givenName",
            "emails", "members", "value", "type", "primary",
        ].map { ($0.lowercased(), $0) })
}

extension JSONValue {
    /// A number that is written here.
    static func count(_ number: some BinaryInteger) -> JSONValue { .number(JSONNumber(text: String(number))) }

    static func members(_ members: (name: String, value: JSONValue)...) -> JSONValue { .object(JSONObject(members)) }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
