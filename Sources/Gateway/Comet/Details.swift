import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// What describes a run, one POST each: others, system details, file path, graph, HTML, dependencies, git, cloud.
/// Under both REST bases.
struct Details: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.comet("write/experiment/system-details", gateway, systemDetails)
        routes.comet("write/experiment/log-other", gateway, logOther)
        routes.comet("write/experiment/html", gateway, html)
        routes.comet("write/experiment/file-path", gateway) {
            try await set("file_path", $0.fields.text("filePath"), $0)
        }
        routes.comet("write/experiment/graph", gateway) { try await set("graph", $0.fields.text("graph"), $0) }
        routes.comet("write/experiment/dependencies", gateway, method: .put) { q in
            try await set("dependencies", JSONValue.array(try q.fields.list("logDependencies")).jsonText, q)
        }
        routes.comet("write/experiment/git/metadata", gateway) { try await set("git_metadata", rest($0), $0) }
        routes.comet("write/experiment/cloud-details", gateway) { try await set("cloud", rest($0), $0) }
    }

    private func systemDetails(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.mergeSystemDetails(.with { ($0.key, $0.json) = (key, rest(q)) }, q.call())
        return Reply.cometOK
    }

    private func logOther(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let value = q.fields.object["value"] ?? .null
        let other = try ValueRecord.with {
            $0.name = try q.fields.string("key")
            ($0.value, $0.json) = (value.displayed, value.jsonText)
            $0.timeMs = UnixTime.milliseconds()
            $0.step = .nan
        }
        try await gateway.backends.tracking.logOthers(.with { ($0.key, $0.others) = (key, [other]) }, q.call())
        return Reply.cometOK
    }

    /// Its `timestamp` is useless as a time (T12), but the same in a repetition.
    private func html(_ q: CometRequest) async throws -> Response {
        let html = try q.fields.text("html")
        let stamp = q.fields.value("timestamp")?.shown ?? ""
        return try await set(
            "html", html, q, append: try !q.fields.bool("override"),
            once: stamp.isEmpty ? "" : "html:\(stamp):\(html.utf8.count)")
    }

    private func set(
        _ kind: String, _ content: String, _ q: CometRequest, append: Bool = false, once: String = ""
    ) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.setDocument(
            .with {
                ($0.key, $0.kind, $0.content) = (key, kind, content)
                ($0.append, $0.idempotency) = (append, once)
            }, q.call(once: once))
        return Reply.cometOK
    }

    /// The body without what names the caller and the experiment.
    private func rest(_ q: CometRequest) -> String {
        let members = q.fields.object.members.filter { !["experimentKey", "apiKey", "api_key"].contains($0.name) }
        return JSONValue.object(JSONObject(members)).jsonText
    }
}
