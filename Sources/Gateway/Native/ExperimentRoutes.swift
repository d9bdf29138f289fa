import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages
import WorkspaceClient

/// `/experiments`: lists of a project, and one with all its values.
struct ExperimentRoutes: Sendable {
    static let pageMax: UInt32 = 1000
    static let pageUsual: UInt32 = 100

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("experiments", use: list)
        routes.get("experiments/:key", use: get)
        routes.get("experiments/:key/output", use: output)
    }

    /// `?workspace=&project=&q=&sort=&order=asc|desc&archived=&limit=&cursor=`.
    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let query = try Query(request)
        let call = caller.call(context)
        let names = try (workspace: query["workspace"], project: query.required("project"))
        let project = try await gateway.backends.workspace.resolveProject(
            .with { ($0.workspaceName, $0.projectName) = (names.workspace, names.project) }, call
        ).project
        let limit = try query.integer("limit") ?? Int64(Self.pageUsual)
        guard (1...Int64(Self.pageMax)).contains(limit) else {
            throw Failure(.invalid, "The limit must be from 1 to \(Self.pageMax).", reason: "field_invalid")
        }
        let archived = try query.flag("archived")
        let page = try await gateway.backends.tracking.list(
            .with {
                ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
                ($0.text, $0.sort, $0.cursor) = (query["q"], query["sort"], query["cursor"])
                $0.descending = query["order"] != "asc"
                $0.archived = archived
                $0.limit = UInt32(limit)
                ($0.withValues, $0.withSummaries) = (true, true)
            }, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("experiments")
                writer.array(page.experiments) { $0.experiment($1) }
                writer.key("next_cursor")
                writer.optional(page.nextCursor.isEmpty ? nil : page.nextCursor)
                writer.member("total", page.total)
            }
        }
    }

    @Sendable private func get(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let key = try context.part("key")
        let found = try await gateway.backends.tracking.get(
            .with {
                $0.key = key
                ($0.withValues, $0.withSummaries) = (true, true)
            }, caller.call(context))
        return Reply.json { $0.experiment(found.experiment) }
    }

    /// `?from=OFFSET`: the pieces of console output from there on, at most 2,000 at once; `?text=true`: all of it, as
    /// a file of text.
    @Sendable private func output(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let key = try context.part("key")
        let query = try Query(request)
        let from = try query.integer("from") ?? 0
        if try query.flag("text") { return try await outputText(key, from: from, caller, context) }
        let lines = try await gateway.outputLines(key, from: from, limit: 2000, tail: false, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("lines")
                writer.array(lines) { writer, line in
                    writer.object { writer in
                        writer.member("offset", line.offset)
                        writer.member("stderr", line.stderr)
                        writer.member("text", line.text)
                        writer.time("time_ms", line.timeMs)
                    }
                }
            }
        }
    }
}

extension ExperimentRoutes {
    private func outputText(
        _ key: String, from: Int64, _ caller: Caller, _ context: EdgeContext
    ) async throws -> Response {
        let call = caller.call(context, deadline: .seconds(300))
        let tracking = gateway.backends.tracking
        // A refusal must be an answer of its own, so it is found out before the body begins.
        _ = try await tracking.locate(.with { $0.key = key }, call)
        var response = Reply.text("")
        response.headers[.contentLength] = nil
        response.headers[.contentDisposition] = FileHeaders.disposition("attachment", "\(key).txt")
        response.body = .streamed { output in
            try await tracking.readOutput(.with { ($0.key, $0.fromOffset) = (key, from) }, call) { blocks in
                for try await block in blocks {
                    try await output.write(ByteBuffer(string: block.lines.map(\.text).joined()))
                }
            }
        }
        return response
    }
}

extension JSONWriter {
    mutating func experiment(_ experiment: ExperimentRecord) {
        object { writer in
            writer.member("key", experiment.ref.key)
            writer.member("name", experiment.name)
            writer.member("state", experiment.state.word)
            writer.member("archived", experiment.archived)
            writer.member("error", experiment.error)
            writer.member("owner", experiment.ownerName)
            writer.time("started_ms", experiment.startedMs)
            writer.time("ended_ms", experiment.endedMs)
            writer.time("updated_ms", experiment.updatedMs)
            writer.key("tags")
            writer.array(experiment.tags) { $0.string($1) }
            writer.key("parameters")
            writer.object { writer in for value in experiment.parameters { writer.member(value.name, value.value) } }
            writer.key("others")
            writer.object { writer in for value in experiment.others { writer.member(value.name, value.value) } }
            writer.key("metrics")
            writer.array(experiment.summaries) { $0.summary($1) }
        }
    }
}

extension RunState {
    /// As it is shown and sent.
    var word: String {
        switch self {
        case .running: "running"
        case .finished: "finished"
        case .crashed: "crashed"
        case .lost: "lost"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }
}
