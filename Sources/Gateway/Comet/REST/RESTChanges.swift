import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages
import WorkspaceClient

/// What is done to whole experiments (comet-rest §4).
struct RESTChanges: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.changingGet, "write/experiment/archive", gateway) { try await archive(true, $0) }
        routes.on(.changingGet, "write/experiment/restore", gateway) { try await archive(false, $0) }
        routes.on(.changingGet, "write/experiment/delete", gateway, delete)
        routes.on(.changingGet, "write/experiment/stop", gateway, stop)
        routes.on(.changingGet, "write/experiment/set-status", gateway, setStatus)
        routes.on(.changingGet, "write/project/symlink", gateway) { _ in throw Self.symlinksRefused }
        routes.on(.post, "write/experiment/move", gateway, move)
        routes.on(.post, "write/experiment/set-start-end-time", gateway, setTimes)
        routes.on(.post, "write/experiment/create", gateway, create)
    }

    static let symlinksRefused = Failure(
        .invalid, "An experiment is in one project here; links to it in a second one are not offered.",
        reason: "unsupported")

    private func archive(_ archived: Bool, _ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        try await gateway.backends.tracking.archive(.with { ($0.keys, $0.archived) = ([key], archived) }, rest.call)
        return Reply.done()
    }

    /// The files follow: the artifact service removes what belongs to no experiment.
    private func delete(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        try await gateway.backends.tracking.delete(.with { $0.keys = [key] }, rest.call)
        gateway.experiments.forget([key])
        return Reply.done()
    }

    /// The client hears of it with its next heartbeat.
    private func stop(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        _ = try await gateway.backends.tracking.callRPC(
            .with { ($0.key, $0.function, $0.builtIn) = (key, "stop", true) }, rest.call)
        return Reply.done()
    }

    private func setStatus(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        _ = try await gateway.backends.tracking.reportStatus(.with { ($0.key, $0.kind) = (key, .beat) }, rest.call)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("isAliveBeatDurationMillis", 10_000)
                writer.member("gpuMonitorIntervalMillis", 60_000)
                writer.member("cpuMonitorIntervalMillis", 68_000)
            }
        }
    }

    private func move(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        if try body.bool("symlink") { throw Self.symlinksRefused }
        let keys = try body.strings("experimentKeys")
        guard (1...1000).contains(keys.count) else {
            throw Failure(
                .invalid, "The field experimentKeys must name 1 to 1,000 experiments.", reason: "field_invalid")
        }
        let names = try (workspace: body.text("targetWorkspaceName"), project: body.string("targetProjectName"))
        let target = try await gateway.backends.workspace.resolveProject(
            .with { ($0.workspaceName, $0.projectName, $0.create) = (names.workspace, names.project, true) }, rest.call
        ).project
        try await gateway.backends.tracking.move(
            .with { ($0.keys, $0.workspaceID, $0.projectID) = (keys, target.workspaceID, target.id) }, rest.call)
        gateway.experiments.forget(keys)
        return Reply.done()
    }

    private func setTimes(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let request = try SetTimesRequest.with {
            $0.key = try body.string("experimentKey")
            $0.startedMs = try body.integerIfAny("startTimeMillis") ?? 0
            $0.endedMs = try body.integerIfAny("endTimeMillis") ?? 0
        }
        try await gateway.backends.tracking.setTimes(request, rest.call)
        return Reply.done()
    }

    /// An experiment that a program writes to through REST only, without a handshake.
    private func create(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let names = try (workspace: body.text("workspaceName"), project: body.text("projectName"))
        let project = try await gateway.backends.workspace.resolveProject(
            .with { ($0.workspaceName, $0.projectName, $0.create) = (names.workspace, names.project, true) }, rest.call
        ).project
        let request = try StartExperimentRequest.with {
            ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
            $0.mode = .create
            $0.name = try body.text("experimentName")
            $0.client = "rest"
        }
        let key = try await gateway.backends.tracking.start(request, rest.call).experiment.ref.key
        let base = gateway.origin.base(of: rest.request, rest.context)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("experimentKey", key)
                writer.member("link", base + Link.run(project.workspaceName, project.name, key))
                writer.member("workspaceName", project.workspaceName)
                writer.member("projectName", project.name)
            }
        }
    }
}
