import HotJSON

/// What a resource holds here (RFC 7643 §7).
struct ScimSchema: Sendable {
    struct Attribute: Sendable {
        enum Kind: String, Sendable { case string, boolean, integer, reference, complex }
        enum Mutability: String, Sendable { case readWrite, readOnly, immutable }

        var name: String
        var kind = Kind.string
        var description = ""
        var isMulti = false
        var isRequired = false
        var isExact = false
        var mutability = Mutability.readWrite
        var uniqueness = "none"
        var canonical: [String] = []
        var references: [String] = []
        var parts: [Attribute] = []

        fileprivate var told: JSONValue {
            var members: [(name: String, value: JSONValue)] = [
                ("name", .string(name)), ("type", .string(kind.rawValue)), ("multiValued", .bool(isMulti)),
                ("description", .string(description)), ("required", .bool(isRequired)), ("caseExact", .bool(isExact)),
                ("mutability", .string(mutability.rawValue)), ("returned", .string("default")),
                ("uniqueness", .string(uniqueness)),
            ]
            if !canonical.isEmpty { members.append(("canonicalValues", .texts(canonical))) }
            if !references.isEmpty { members.append(("referenceTypes", .texts(references))) }
            if !parts.isEmpty { members.append(("subAttributes", .array(parts.map(\.told)))) }
            return .object(JSONObject(members))
        }
    }

    let name: String
    let description: String
    let attributes: [Attribute]
    var id: String { ScimName.core + name }

    func told(_ call: ScimCall) -> JSONValue {
        .members(
            ("schemas", .texts([ScimName.core + "Schema"])), ("id", .string(id)), ("name", .string(name)),
            ("description", .string(description)), ("attributes", .array(attributes.map(\.told))),
            (
                "meta",
                .members(("resourceType", .string("Schema")), ("location", .string("\(call.base)/Schemas/\(id)")))
            ))
    }

    static let all = [user, group, config, resourceType, schema]

    private static let user = ScimSchema(
        name: "User", description: "A person",
        attributes: [
            Attribute(
                name: "userName", description: "What the provider calls them", isRequired: true, uniqueness: "server"),
            Attribute(name: "displayName", description: "As others read it"),
            Attribute(
                name: "name", kind: .complex, description: "The name in parts",
                parts: ["formatted", "familyName", "givenName"].map { Attribute(name: $0) }),
            Attribute(
                name: "emails", kind: .complex, description: "The primary one is the account's", isMulti: true,
                parts: [
                    Attribute(name: "value", description: "The address"),
                    Attribute(name: "type", description: "Where it is used", canonical: ["work", "home", "other"]),
                    Attribute(name: "primary", kind: .boolean, description: "Of one at most"),
                ]),
            Attribute(
                name: "active", kind: .boolean, description: "Whether the account is in use; it always says so",
                isRequired: true),
            Attribute(
                name: "groups", kind: .complex, description: "Groups of this provider", isMulti: true,
                mutability: .readOnly,
                parts: [
                    Attribute(name: "value", isExact: true, mutability: .readOnly),
                    Attribute(
                        name: "$ref", kind: .reference, isExact: true, mutability: .readOnly, references: ["Group"]),
                    Attribute(name: "display", mutability: .readOnly),
                    Attribute(name: "type", mutability: .readOnly, canonical: ["direct"]),
                ]),
        ])

    private static let group = ScimSchema(
        name: "Group", description: "A group of people",
        attributes: [
            Attribute(
                name: "displayName", description: "To which the rules for roles point", isRequired: true,
                uniqueness: "server"),
            Attribute(
                name: "members", kind: .complex, description: "Users of this provider", isMulti: true,
                parts: [
                    Attribute(name: "value", description: "The user's id", isExact: true, mutability: .immutable),
                    Attribute(
                        name: "$ref", kind: .reference, isExact: true, mutability: .immutable, references: ["User"]),
                    Attribute(name: "type", mutability: .immutable, canonical: ["User"]),
                ]),
        ])
}

extension ScimSchema {
    private static func told(_ name: String, _ kind: Attribute.Kind = .string, _ parts: [Attribute] = []) -> Attribute {
        Attribute(name: name, kind: kind, mutability: .readOnly, parts: parts)
    }

    private static func list(_ name: String, _ kind: Attribute.Kind = .string, _ parts: [Attribute] = []) -> Attribute {
        Attribute(name: name, kind: kind, isMulti: true, mutability: .readOnly, parts: parts)
    }

    private static let config = ScimSchema(
        name: "ServiceProviderConfig", description: "What this server can do",
        attributes: ["patch", "changePassword", "sort", "etag"].map {
            told($0, .complex, [told("supported", .boolean)])
        }
            + [
                told(
                    "bulk", .complex,
                    [
                        told("supported", .boolean), told("maxOperations", .integer), told("maxPayloadSize", .integer),
                    ]),
                told("filter", .complex, [told("supported", .boolean), told("maxResults", .integer)]),
                list(
                    "authenticationSchemes", .complex,
                    [
                        told("type"), told("name"), told("description"), told("specUri", .reference),
                        told("primary", .boolean),
                    ]),
            ])

    private static let resourceType = ScimSchema(
        name: "ResourceType", description: "A kind of resource",
        attributes: [
            told("id"), told("name"), told("description"), told("endpoint", .reference), told("schema", .reference),
        ])

    private static let schema = ScimSchema(
        name: "Schema", description: "What a resource holds",
        attributes: [
            told("id"), told("name"), told("description"),
            list(
                "attributes", .complex,
                [
                    told("name"), told("type"), told("multiValued", .boolean), told("description"),
                    told("required", .boolean), told("caseExact", .boolean), told("mutability"), told("returned"),
                    told("uniqueness"), list("canonicalValues"), list("referenceTypes"),
                    list("subAttributes", .complex),
                ]),
        ])
}
