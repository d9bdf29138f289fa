import HTTPTypes
import HotJSON
import Hummingbird
import Model

/// What this server can do of SCIM (RFC 7644 §4).
struct ScimDiscovery: Sendable {
    let scim: ScimRoutes

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("ServiceProviderConfig") { request, context in
            let call = try await scim.begin(request, context)
            return ScimReply.value(Self.config(call))
        }
        routes.get("ResourceTypes") { request, context in
            let call = try await scim.begin(request, context)
            return Self.list(Self.types.map { Self.type($0, call) })
        }
        routes.get("ResourceTypes/:id") { request, context in
            let call = try await scim.begin(request, context)
            let id = try context.part("id")
            guard let type = Self.types.first(where: { $0.name == id }) else { throw ScimRoutes.unknown }
            return ScimReply.value(Self.type(type, call))
        }
        routes.get("Schemas") { request, context in
            let call = try await scim.begin(request, context)
            return Self.list(ScimSchema.all.map { $0.told(call) })
        }
        routes.get("Schemas/:id") { request, context in
            let call = try await scim.begin(request, context)
            let id = try context.part("id")
            guard let schema = ScimSchema.all.first(where: { $0.id == id }) else { throw ScimRoutes.unknown }
            return ScimReply.value(schema.told(call))
        }
        for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
            for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
                routes.on(RouterPath(path), method: method) { request, context -> Response in
                    _ = try await scim.begin(request, context)
                    throw Failure(.invalid, "This can only be read.", reason: "method_unknown")
                }
            }
        }
    }

    private static func list(_ resources: [JSONValue]) -> Response {
        ScimReply.list(resources, total: resources.count, start: 1)
    }

    private static func config(_ call: ScimCall) -> JSONValue {
        func supported(_ flag: Bool, _ more: (name: String, value: JSONValue)...) -> JSONValue {
            .object(JSONObject([(name: "supported", value: .bool(flag))] + more))
        }
        let scheme: JSONValue = .members(
            ("type", .string("oauthbearertoken")), ("name", .string("OAuth Bearer Token")),
            ("description", .string("A SCIM token, made on the page of a sign-in provider.")),
            ("specUri", .string("https://www.rfc-editor.org/info/rfc6750")), ("primary", .bool(true)))
        return .members(
            ("schemas", .texts([ScimName.core + "ServiceProviderConfig"])), ("patch", supported(true)),
            ("bulk", supported(false, ("maxOperations", .count(0)), ("maxPayloadSize", .count(0)))),
            ("filter", supported(true, ("maxResults", .count(200)))), ("changePassword", supported(false)),
            ("sort", supported(false)), ("etag", supported(true)), ("authenticationSchemes", .array([scheme])),
            (
                "meta",
                .members(
                    ("resourceType", .string("ServiceProviderConfig")),
                    ("location", .string(call.base + "/ServiceProviderConfig")))
            ))
    }

    private struct Kind {
        let name: String
        let endpoint: String
        let description: String
    }

    private static let types = [
        Kind(name: "User", endpoint: "/Users", description: "A person"),
        Kind(name: "Group", endpoint: "/Groups", description: "A group of people"),
    ]

    private static func type(_ kind: Kind, _ call: ScimCall) -> JSONValue {
        .members(
            ("schemas", .texts([ScimName.core + "ResourceType"])), ("id", .string(kind.name)),
            ("name", .string(kind.name)), ("description", .string(kind.description)),
            ("endpoint", .string(kind.endpoint)), ("schema", .string(ScimName.core + kind.name)),
            (
                "meta",
                .members(
                    ("resourceType", .string("ResourceType")),
                    ("location", .string("\(call.base)/ResourceTypes/\(kind.name)")))
            ))
    }
}
