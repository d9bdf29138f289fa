import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// Texts and details of an experiment (comet-rest §3).
struct RESTDetails: Sendable {
    /// Every key must be there: the client indexes without a default.
    private static let systemKeys = [
        "user", "pythonVersion", "pythonVersionVerbose", "pid", "osType", "os", "osRelease", "machine", "processor",
        "ip",
        "hostname", "env", "command", "executable", "maxTotalMemory", "networkInterfaceIps", "totalRam",
    ]
    private static let systemLists = [
        "gpuStaticInfoList", "logAdditionalSystemInfoList", "osPackages", "installedPackages",
    ]

    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        for kind in ["html", "code", "graph"] {
            routes.on(.get, RouterPath("experiment/\(kind)"), gateway) { try await document(kind, $0) }
        }
        routes.on(.get, "experiment/output", gateway, output)
        routes.on(.get, "experiment/system-details", gateway, system)
        routes.on(.get, "experiment/git/metadata", gateway, git)
    }

    private func document(_ kind: String, _ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        let found = try await gateway.backends.tracking.document(.with { ($0.key, $0.kind) = (key, kind) }, rest.call)
        return Reply.json { writer in writer.object { $0.member(kind, found.content) } }
    }

    /// The whole output as one text, streamed.
    private func output(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        let tracking = gateway.backends.tracking
        let call = rest.caller.call(rest.context, deadline: .seconds(300))
        try await gateway.checkReadable(key, call)
        var response = Reply.json(constant: ByteBuffer())
        response.body = .streamed { output in
            try await output.write(ByteBuffer(string: "{\"output\":\""))
            try await tracking.readOutput(.with { $0.key = key }, call) { blocks in
                for try await block in blocks {
                    var writer = JSONWriter(capacity: 64 << 10)
                    writer.string(block.lines.map(\.text).joined())
                    try await output.write(ByteBuffer(bytes: writer.bytes.dropFirst().dropLast()))
                }
            }
            try await output.write(ByteBuffer(string: "\"}"))
        }
        return response
    }

    private func system(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        async let details = gateway.backends.tracking.systemDetails(.with { $0.key = key }, rest.call)
        let names = try await gateway.backends.tracking.summaries(.with { $0.key = key }, rest.call).summaries.map(
            \.name)
        let object = JSONObject(text: try await details.json)
        let system = Set(names.filter { $0.hasPrefix("sys.") || $0.contains(".sys.") }).sorted()
        return Reply.json { writer in
            writer.object { writer in
                writer.member("experimentKey", key)
                for name in Self.systemKeys {
                    writer.key(name)
                    writer.value(object?[name] ?? .null)
                }
                for name in Self.systemLists {
                    writer.key(name)
                    writer.value(object?[name] ?? .array([]))
                }
                writer.key("systemMetricNames")
                writer.array(system) { $0.string($1) }
            }
        }
    }

    private func git(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        let found = try await gateway.backends.tracking.document(
            .with { ($0.key, $0.kind) = (key, "git_metadata") }, rest.call)
        let object = JSONObject(text: found.content)
        return Reply.json { writer in
            writer.object { writer in
                for name in ["branch", "origin", "parent", "root", "user"] {
                    writer.key(name)
                    writer.value(object?[name] ?? .null)
                }
            }
        }
    }
}

extension JSONObject {
    /// `nil` when the text is no JSON object.
    init?(text: String) {
        var text = text
        guard case .object(let object)? = text.withUTF8({ try? JSONParser.parse(UnsafeRawBufferPointer($0)) }) else {
            return nil
        }
        self = object
    }
}
