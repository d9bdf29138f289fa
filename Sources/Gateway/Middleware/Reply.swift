import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore

/// Ready-made answers. Each is one buffer, so that head and body leave in one write.
enum Reply {
    /// On every answer. An answer that needs less strict ones sets its own before `Edge` fills up the rest.
    static let securityFields = HTTPFields([
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
        HTTPField(name: .referrerPolicy, value: "same-origin"),
        HTTPField(name: .crossOriginOpenerPolicy, value: "same-origin"),
        HTTPField(name: .crossOriginResourcePolicy, value: "same-origin"),
        HTTPField(name: .cacheControl, value: "no-store"),
    ])

    /// The clients compare the content type as a whole: it may carry no charset (comet-logging T1).
    private static let jsonFields: HTTPFields = {
        var fields = securityFields
        fields.append(HTTPField(name: .contentType, value: "application/json"))
        return fields
    }()

    private static let textFields: HTTPFields = {
        var fields = securityFields
        fields.append(HTTPField(name: .contentType, value: "text/plain; charset=utf-8"))
        return fields
    }()

    static func json(
        status: HTTPResponse.Status = .ok, capacity: Int = 256, _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var writer = JSONWriter(capacity: capacity)
        try write(&writer)
        return Response(status: status, headers: jsonFields, body: .init(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    /// JSON that does not change, encoded once.
    static func json(constant body: ByteBuffer) -> Response {
        Response(status: .ok, headers: jsonFields, body: .init(byteBuffer: body))
    }

    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: textFields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Whole seconds, rounded up, at least one.
    static func seconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, seconds + (attoseconds > 0 ? 1 : 0))
    }
}

extension HTTPField.Name {
    static func constant(_ name: StaticString) -> HTTPField.Name {
        HTTPField.Name(String(describing: name)) ?? .upgrade
    }

    static let xRequestID = constant("X-Request-Id")
    static let xForwardedFor = constant("X-Forwarded-For")
    static let xForwardedProto = constant("X-Forwarded-Proto")
    static let xAPIKey = constant("X-API-KEY")
    static let crossOriginOpenerPolicy = constant("Cross-Origin-Opener-Policy")
    static let referrerPolicy = constant("Referrer-Policy")
    static let retryAfterCustom = constant("Retry-After-Custom")
    static let rateLimitLimit = constant("RateLimit-Limit")
    static let rateLimitRemaining = constant("RateLimit-Remaining")
    static let rateLimitReset = constant("RateLimit-Reset")
    static let sdkVersion = constant("X-COMET-DEBUG-SDK-VERSION")
    static let host = constant("Host")
}
