import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/scim/v2`: people and groups that an identity provider keeps here (RFC 7643, RFC 7644). Keys of provisioning open
/// it, and nothing else opens it.
struct ScimRoutes: Sendable {
    static let bodyBytesMax = 1 << 20
    /// A group of thousands takes its time.
    static let wait: Duration = .seconds(60)

    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        let routes = router.group("/scim/v2")
        ScimDiscovery(scim: self).register(in: routes)
        ScimUsers(scim: self).register(in: routes)
        ScimGroups(scim: self).register(in: routes)
        routes.post(".search") { request, context -> Response in
            _ = try await begin(request, context)
            throw Failure(
                .invalid, "Users and Groups are searched apart, by GET.", reason: "not_implemented")
        }
    }

    /// Who asks, and what about the answer was asked for.
    func begin(_ request: Request, _ context: EdgeContext) async throws -> ScimCall {
        let caller = try await gateway.authenticator.provisioner(request, context)
        let query = try Query(request)
        return ScimCall(
            context: caller.call(context, deadline: Self.wait), query: query, view: ScimView(query),
            base: gateway.origin.base(of: request, context) + "/scim/v2", known: request.headers[.ifNoneMatch])
    }

    /// The body as it was sent: `ScimObject` knows the names in it.
    func body(_ request: Request) async throws -> JSONFields {
        try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
    }

    /// Does again what somebody else was quicker with, unless a version was named.
    func retrying<T: Sendable>(_ version: Int64?, _ work: () async throws -> T) async throws -> T {
        for _ in 0..<4 {
            do {
                return try await work()
            } catch let failure as Failure where failure.reason == "precondition_failed" && version == nil {
                continue
            }
        }
        return try await work()
    }

    static let unknown = Failure(.notFound, "There is no such resource.", reason: "resource_unknown")
}

/// One request of a provisioner.
struct ScimCall: Sendable {
    static let countUsual = 100

    let context: CallContext
    let query: Query
    let view: ScimView
    let base: String
    /// What the caller has read before.
    let known: String?

    /// From 1 (RFC 7644 §3.4.2.4); what is below reads as 1.
    var start: Int {
        get throws { Int(clamping: max(1, try query.integer("startIndex") ?? 1)) }
    }

    var count: UInt32 {
        get throws { UInt32(clamping: max(0, try query.integer("count") ?? Int64(Self.countUsual))) }
    }

    var terms: [ProvisionedTerm] {
        get throws { query["filter"].isEmpty ? [] : try ScimFilter(query["filter"]).wire }
    }

    func meta(_ type: String, _ place: String, _ created: Int64, _ changed: Int64, _ version: Int64) -> JSONValue {
        func time(_ milliseconds: Int64) -> JSONValue {
            .string(Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601))
        }
        return .members(
            ("resourceType", .string(type)), ("created", time(created)), ("lastModified", time(changed)),
            ("location", .string("\(base)/\(place)")), ("version", .string(ScimVersion.tag(version))))
    }
}

extension EdgeContext {
    /// The resource that the path names. What is no id names none.
    func resourceID() throws(Failure) -> Data {
        guard let id = ID<ProvisionedUser>(try part("id")) else { throw ScimRoutes.unknown }
        return Data(id.bytes)
    }
}

extension Data {
    /// As it stands in addresses.
    var resourceText: String { ID<ProvisionedUser>(bytes: self)?.text ?? "" }
}
