import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import Wire

/// A JSON request of the dialect, after its caller is known and its body is read.
struct CometRequest: Sendable {
    let request: Request
    let context: EdgeContext
    let fields: JSONFields
    let caller: Caller

    /// Throws `.invalid` (90998) when the body names no experiment.
    func experimentKey(_ name: String = "experimentKey") throws -> String {
        guard let key = try fields.stringIfAny(name), !key.isEmpty else {
            throw Self.keyMissing(name)
        }
        return key
    }

    static func keyMissing(_ name: String = "experimentKey") -> Failure {
        Failure(.invalid, "The field \(name) is missing.", reason: "experiment_key_missing")
    }

    /// What goes along with a call. `once` names the write, so that its repetition changes nothing.
    func call(deadline: Duration = .seconds(30), once: String = "") -> CallContext {
        caller.call(context, deadline: deadline, once: once)
    }
}

extension Gateway {
    /// Bodies of requests that carry their key only inside.
    private static let anonymousBytesMax = 1 << 20

    /// The body as an object, and its caller.
    func comet(
        _ request: Request, _ context: EdgeContext, patience: Duration = .zero
    ) async throws -> CometRequest {
        let (fields, caller) = try await comet(request, context, patience: patience, RequestBytes.fields)
        return CometRequest(request: request, context: context, fields: fields, caller: caller)
    }

    /// The body as `read` understands it, and its caller: the key in the headers and `apiKey` or `api_key` in the body
    /// must agree. A stranger's large body is refused before it is read.
    func comet<Body: KeyedBody>(
        _ request: Request, _ context: EdgeContext, patience: Duration = .zero,
        _ read: (UnsafeRawBufferPointer) throws -> Body
    ) async throws -> (Body, Caller) {
        let hasHeader = request.headers.contains(.authorization) || request.headers.contains(.xAPIKey)
        let known = hasHeader ? try await authenticator.caller(request, context, patience: patience) : nil
        let (body, key) = try await RequestBytes.screened(
            request, context.notes,
            bytesMax: hasHeader ? config.limits.documentBytesMax : Self.anonymousBytesMax, read)
        guard let known else { return (body, try await authenticator.caller(request, context, bodyKey: key)) }
        if let key { _ = try Credential.of(request, key) }
        return (body, known)
    }
}

/// What may carry an API key of its own.
protocol KeyedBody: Sendable {
    func keyInside() throws -> String?
}

extension JSONFields: KeyedBody {
    func keyInside() throws -> String? {
        try stringIfAny("apiKey") ?? stringIfAny("api_key")
    }
}

extension ParameterBatch: KeyedBody {
    func keyInside() -> String? { apiKey }
}

extension RouterMethods<EdgeContext> {
    /// A POST whose JSON body is small enough to be read as a whole.
    func comet(
        _ path: RouterPath, _ gateway: Gateway, method: HTTPRequest.Method = .post, patience: Duration = .zero,
        _ handle: @escaping @Sendable (CometRequest) async throws -> Response
    ) {
        on(path, method: method) { request, context in
            try await handle(try await gateway.comet(request, context, patience: patience))
        }
    }

    /// A GET: its query, and its caller by key. Cookies are not looked at.
    func cometGet(
        _ path: RouterPath, _ gateway: Gateway,
        _ handle: @escaping @Sendable (Query, Caller, EdgeContext, Request) async throws -> Response
    ) {
        get(path) { request, context in
            let caller = try await gateway.authenticator.caller(request, context)
            return try await handle(try Query(request), caller, context, request)
        }
    }
}

extension Reply {
    private static let okBody = ByteBuffer(string: #"{"msg":"ok","code":200,"data":null}"#)

    /// What the dialect says when there is nothing to say.
    static let cometOK = json(constant: okBody)

    static func comet(message: String) -> Response {
        json { writer in
            writer.object { writer in
                writer.member("msg", message)
                writer.member("code", 200)
                writer.nullMember("data")
            }
        }
    }
}
