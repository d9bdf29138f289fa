import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages
import WorkspaceClient

/// The few reads that a logging client makes. `ExistingExperiment.end()` counts on `experiment/tags` (T2).
struct Reads: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.cometGet("experiment/metadata", gateway) { query, caller, context, _ in
            try await metadata(try query.required("experimentKey"), caller.call(context))
        }
        routes.cometGet("experiment/tags", gateway) { query, caller, context, _ in
            let values = try await values(query, caller.call(context))
            return Reply.json { writer in
                writer.object { writer in
                    writer.key("tags")
                    writer.array(values.tags) { $0.string($1) }
                }
            }
        }
        routes.cometGet("experiment/parameters", gateway) { query, caller, context, _ in
            Self.list(try await values(query, caller.call(context)).parameters)
        }
        routes.cometGet("experiment/log-other", gateway) { query, caller, context, _ in
            Self.list(try await values(query, caller.call(context)).others)
        }
    }

    private func metadata(_ key: String, _ call: CallContext) async throws -> Response {
        let record = try await gateway.backends.tracking.get(.with { $0.key = key }, call).experiment
        let project = try await gateway.backends.workspace.findProject(.with { $0.id = record.ref.projectID }, call)
            .project
        return Reply.json { ExperimentJSON.metadata(record, in: project, nowMs: UnixTime.milliseconds(), &$0) }
    }

    private func values(_ query: Query, _ call: CallContext) async throws -> GetValuesResponse {
        try await gateway.backends.tracking.values(.with { $0.key = try query.required("experimentKey") }, call)
    }

    private static func list(_ values: [ValueRecord]) -> Response {
        Reply.json { writer in
            writer.object { writer in
                writer.key("values")
                writer.array(values) { ExperimentJSON.value($1, &$0) }
            }
        }
    }
}
