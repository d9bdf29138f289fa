import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// Heartbeats, the end of a run, its crash, and what a client tells about itself.
struct StatusReports: Sendable {
    /// What a heartbeat asks the client to do, in milliseconds.
    private static let beat = 10_000
    private static let system = 60_000
    private static let parameters = 10_000

    let gateway: Gateway

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("status-report/update", gateway, update)
        routes.comet("status-report/offline-metadata", gateway, offlineMetadata)
        routes.comet("tags/add-tags-to-experiment", gateway, addTags)
        routes.comet("notification/experiment", gateway) { _ in Reply.cometOK }
        routes.comet("notify/event", gateway) { _ in Reply.cometOK }
        routes.cometGet("symlink/new", gateway) { _, _, _, _ in
            throw Failure(
                .invalid, "An experiment stands in one project here; symbolic links are not kept.",
                reason: "unsupported")
        }
    }

    func registerREST(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("write/experiment/update-status", gateway, updateStatus)
        routes.comet("write/experiment/:key/mark-not-throttled", gateway) { _ in Reply.cometOK }
    }

    private func update(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let status = try await gateway.backends.tracking.reportStatus(
            .with {
                $0.key = key
                $0.kind = try q.fields.bool("is_alive") ? .beat : .end
                $0.offline = try q.fields.bool("offline")
            }, q.call())
        return Reply.json { writer in
            writer.object { writer in
                writer.member("is_alive_beat_duration_millis", Self.beat)
                writer.member("gpu_monitor_interval_millis", Self.system)
                writer.member("cpu_monitor_interval_millis", Self.system)
                writer.member("parameter_update_interval_millis", Self.parameters)
                writer.member("pending_rpcs", status.pendingRpcs)
            }
        }
    }

    private func offlineMetadata(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.setTimes(
            .with {
                $0.key = key
                $0.startedMs = try q.fields.integerIfAny("startTimestamp") ?? 0
                $0.endedMs = try q.fields.integerIfAny("endTimestamp") ?? 0
            }, q.call())
        return Reply.cometOK
    }

    private func addTags(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.editTags(
            .with { ($0.key, $0.add) = (key, try q.fields.strings("addedTags")) }, q.call())
        return Reply.cometOK
    }

    /// From `Experiment`: a crash, or an error of the client itself, `isAlive` being always true.
    /// From `APIExperiment.set_state`: `isAlive` and `hasCrashed` together say which state.
    private func updateStatus(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let error = try q.fields.stringIfAny("error") ?? ""
        let kind: ReportStatusRequest.Kind =
            switch (try q.fields.bool("hasCrashed"), try q.fields.bool("isAlive"), error.isEmpty) {
            case (true, _, _): .crash
            case (false, true, false): .error
            case (false, true, true): .resume
            case (false, false, _): .finish
            }
        _ = try await gateway.backends.tracking.reportStatus(
            .with { ($0.key, $0.kind, $0.error) = (key, kind, error) }, q.call())
        return Reply.cometOK
    }
}
