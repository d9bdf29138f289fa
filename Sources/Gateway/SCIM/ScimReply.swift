import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore

/// `application/scim+json` (RFC 7644 §3.1).
enum ScimReply {
    static let mediaType = "application/scim+json"

    static func value(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        var response = Reply.json(status: status) { $0.value(value) }
        response.headers[.contentType] = mediaType
        return response
    }

    /// One resource, as much of it as is asked for.
    static func resource(
        _ object: JSONObject, _ version: Int64, _ scim: ScimCall, status: HTTPResponse.Status = .ok
    ) -> Response {
        let tag = ScimVersion.tag(version)
        if status == .ok, scim.known == tag { return empty(status: .notModified, tag: tag) }
        var response = value(scim.view.shown(object), status: status)
        response.headers[.eTag] = tag
        if status == .created, case .string(let place)? = object["meta"]?["location"] {
            response.headers[.location] = place
        }
        return response
    }

    static func empty(status: HTTPResponse.Status = .noContent, tag: String? = nil) -> Response {
        var response = Response(status: status)
        if let tag { response.headers[.eTag] = tag }
        return response
    }

    /// A page of what was found.
    static func list(_ resources: [JSONValue], total: Int, start: Int) -> Response {
        value(
            .members(
                ("schemas", .texts([ScimName.messages + "ListResponse"])), ("totalResults", .count(total)),
                ("startIndex", .count(start)), ("itemsPerPage", .count(resources.count)),
                ("Resources", .array(resources))))
    }

    /// RFC 7644 §3.12.
    static func answer(_ failure: Failure) -> Response {
        let status = HTTPStatus.status(for: failure)
        var members: [(name: String, value: JSONValue)] = [
            ("schemas", .texts([ScimName.messages + "Error"])), ("status", .string(String(status.code))),
            ("detail", .string(failure.message)),
        ]
        if let type = types[failure.reason] { members.append(("scimType", .string(type))) }
        var response = value(.object(JSONObject(members)), status: status)
        if failure.code == .unauthenticated { response.headers[.wwwAuthenticate] = "Bearer" }
        if let wait = failure.retryAfter { response.headers[.retryAfter] = String(Reply.seconds(wait)) }
        return response
    }

    private static let types = [
        "uniqueness": "uniqueness", "filter_invalid": "invalidFilter", "path_invalid": "invalidPath",
        "no_target": "noTarget", "field_invalid": "invalidValue", "body_malformed": "invalidSyntax",
        "mutability": "mutability",
    ]
}

/// The version of a resource as an entity tag (RFC 7644 §3.14).
enum ScimVersion {
    static func tag(_ version: Int64) -> String { "W/\"\(version)\"" }

    /// What must be there still; `nil`: whatever it is.
    static func wanted(_ request: Request) throws(Failure) -> Int64? {
        guard let text = request.headers[.ifMatch], text != "*" else { return nil }
        let bare = text.replacing("W/", with: "").replacing("\"", with: "")
        guard let version = Int64(bare), version > 0 else {
            throw Failure(.conflict, "If-Match names no version of here.", reason: "precondition_failed")
        }
        return version
    }
}
