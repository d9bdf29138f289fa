import HTTPTypes
import HotJSON
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Testing
import WebUI

@testable import Gateway

/// The whole router, called without a socket and with nobody behind it.
@Suite struct RoutesTests {
    private let router: Router<EdgeContext>
    private let fixed = FixedRoutes()
    private let responder: any HTTPResponder<EdgeContext>

    init() async throws {
        let (gateway, pages) = (LonelyGateway.gateway(), try await Pages())
        router = gateway.routes(pages: pages, fixed)
        responder = gateway.responder(pages: pages)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields = [:], body: String = "",
        to responder: (any HTTPResponder<EdgeContext>)? = nil
    ) async throws -> Response {
        let head = HTTPRequest(method: method, scheme: "http", authority: "h:1", path: path, headerFields: fields)
        let source = ApplicationRequestContextSource(
            channel: EmbeddedChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await (responder ?? self.responder).respond(
            to: Request(head: head, body: .init(buffer: ByteBuffer(string: body))), context: EdgeContext(source: source)
        )
    }

    private func text(_ response: Response) async throws -> String {
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return String(buffer: writer.collected)
    }

    /// Routes that ask nobody for a key, each with a reason.
    private static let open: Set<String> = [
        "/healthz", "/readyz",  // probes of the machine
        "/clientlib/isAlive/ver", "/isAlive/ver", "/clientlib/health/ping", "/health/ping",  // asked before any key
        "/clientlib/asset/3d-limits", "/asset/3d-limits",  // any JSON is taken as the limits, an error too
        "/clientlib/upload-part/{token}", "/upload-part/{token}",  // the token is the authority
        "/api/auth/anonymous-user", "/api/auth/anonymous/is-active",  // refuses everybody
    ]

    @Test func `nobody gets anywhere without a key`() async throws {
        for route in router.routes where route.method != .head {
            let path = route.path.description
            guard !Self.open.contains(path), path.hasPrefix("/clientlib") || Surface(path: path) == .comet else {
                continue
            }
            let answer = try await send(route.method, path.filter { $0 != "{" && $0 != "}" })
            if try await text(answer).contains("7777777") { continue }  // what is not kept at all
            let isRefused = answer.status.code == 401 || (path.contains("logger/") && answer.status.code == 400)
            #expect(isRefused, "\(route) answers \(answer.status)")
            #expect(try await text(answer).contains("90212"), "\(route)")
        }
    }

    @Test func `every answer is guarded, errors too`() async throws {
        for path in [
            "/healthz", "/clientlib/isAlive/ver", "/nothing", "/api/v1/nothing", "/api/rest/v2/account-details",
        ] {
            let answer = try await send(.get, path)
            for field in Reply.securityFields {
                #expect(answer.headers[field.name] == field.value, "\(path) \(field.name)")
            }
            #expect(answer.headers[.xRequestID]?.count == 16)
        }
    }

    @Test func `what is looked up by its whole path answers as through the router`() async throws {
        let routed = router.buildResponder()
        let paths = fixed.responders.keys.sorted()
        for path in ["logger/add/run", "batch/logger/experiment/metric", "tags/add-tags-to-experiment"] {
            #expect(paths.contains("/\(path)") && paths.contains("/clientlib/\(path)"))
        }
        for path in paths {
            for path in [path, path + "/", path + "?a=b"] {
                for fields in [HTTPFields(), [.authorization: "no key"]] {
                    let (quick, slow) = (
                        try await send(.post, path, fields, body: "{"),
                        try await send(.post, path, fields, body: "{", to: routed)
                    )
                    #expect(quick.status == slow.status, "\(path)")
                    #expect(try await text(quick) == text(slow), "\(path)")
                    #expect(quick.headers.map(\.name) == slow.headers.map(\.name), "\(path)")
                }
            }
            #expect(try await send(.get, path).status == send(.get, path, to: routed).status, "\(path)")
        }
    }

    @Test func `the version is told to everybody, in exactly JSON`() async throws {
        let answer = try await send(.get, "/clientlib/isAlive/ver")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "application/json")
        #expect(try await text(answer) == #"{"version":"5.0.0"}"#)
    }

    @Test func `an unknown path is told in the words of whoever asks`() async throws {
        #expect(try await text(try await send(.get, "/api/rest/v2/nothing")).contains(#""msg":"#))
        let native = try await send(.get, "/api/v1/nothing")
        #expect(native.headers[.contentType] == "application/problem+json")
    }

    @Test func `a key that differs from the body's is refused`() async throws {
        let answer = try await send(
            .post, "/clientlib/tags/add-tags-to-experiment", [.authorization: "one two"], body: #"{"apiKey":"x"}"#)
        #expect(answer.status == .unauthorized)
    }
}

/// A body, as text.
private final class CollectingWriter: ResponseBodyWriter {
    var collected = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        collected.writeBuffer(&buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
