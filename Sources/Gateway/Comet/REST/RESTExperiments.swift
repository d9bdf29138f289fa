import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// Lists of experiments (comet-rest §3).
struct RESTExperiments: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "experiments", gateway, list)
        routes.on(.get, "experiment/processing/status", gateway, processing)
    }

    /// `page` is 1-based; without it all are listed.
    private func list(_ rest: RESTCall) async throws -> Response {
        let query = rest.query
        let project = try await gateway.project(
            id: "", workspace: query["workspaceName"], name: query.required("projectName"), rest.call)
        let request = try ListExperimentsRequest.with {
            ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
            $0.archived = try query.flag("archived")
            $0.sort = query["sortBy"] == "endTime" ? "ended" : "started"
            $0.descending = query["sortOrder"] == "desc"
        }
        let found = try await page(request, query, rest)
        let nowMs = UnixTime.milliseconds()
        return Reply.json { writer in
            writer.object { writer in
                writer.key("experiments")
                writer.array(found) { ExperimentJSON.metadata($1, in: project, nowMs: nowMs, &$0) }
            }
        }
    }

    private func page(_ request: ListExperimentsRequest, _ query: Query, _ rest: RESTCall) async throws
        -> [ExperimentRecord]
    {
        guard let page = try query.integer("page") else {
            return try await gateway.backends.tracking.listAll(request, rest.call).experiments
        }
        let size = try query.integer("size") ?? 100
        guard page >= 1, (1...10_000).contains(size), page <= 1_000_000 else {
            throw Failure(.invalid, "The page begins at 1, and its size is at most 10000.", reason: "field_invalid")
        }
        var request = request
        request.limit = UInt32(size)
        request.offset = UInt32((page - 1) * size)
        return try await gateway.backends.tracking.list(request, rest.call).experiments
    }

    /// Nothing is processed after it was acknowledged.
    private func processing(_ rest: RESTCall) async throws -> Response {
        _ = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        return Reply.json { writer in writer.object { $0.member("processing", false) } }
    }
}
