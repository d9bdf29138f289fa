import ArtifactClient
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Synchronization
import TrackingClient
import Wire
import WireMessages
import WorkspaceClient

/// The beginning of a run: `logger/add/run`, `get/run`, `copy-steps-from-experiment` and the limits of 3D scenes.
final class Handshake: Sendable {
    let gateway: Gateway
    private let lastTerms = Mutex<(base: String, members: [UInt8])?>(nil)

    init(gateway: Gateway) {
        self.gateway = gateway
    }

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("logger/add/run", gateway) { try await self.add($0) }
        routes.comet("logger/get/run", gateway) { try await self.resume($0) }
        routes.comet("logger/copy-steps-from-experiment", gateway) { try await self.copy($0) }
        // Whatever this answers is taken as the limits, even an error (T4): so it has none.
        routes.post("asset/3d-limits") { _, _ in
            Reply.json { writer in
                writer.object { writer in
                    writer.member("maxPoints", 1_000_000)
                    writer.member("maxBoxes", 250_000)
                    writer.member("maxPointsFileSizeInBytes", 200 << 20)
                    writer.member("maxBoxesFileSizeInBytes", 200 << 20)
                }
            }
        }
    }

    /// A repetition by the HTTP layer has the same time stamp and gets the same run; a second `add/run` of the script
    /// has another, and is told that the experiment exists.
    private func add(_ q: CometRequest) async throws -> Response {
        let fields = q.fields
        let project = try await gateway.projects.project(
            try fields.stringIfAny("projectName") ?? "", in: try fields.stringIfAny("teamName") ?? "", q.caller,
            q.call())
        let key = try fields.stringIfAny("experimentKey") ?? ""
        let started = try await gateway.backends.tracking.start(
            .with {
                $0.workspaceID = project.workspaceID
                $0.projectID = project.id
                $0.key = key
                $0.mode = try fields.bool("getOrCreateEnabled") ? .getOrCreate : .create
                $0.offline = try fields.bool("offline")
                $0.client = try client(fields)
            }, q.call(once: try once("run", key, fields)))
        return try answer(started, in: project, q)
    }

    private func resume(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey("previousExperiment")
        let located = try await gateway.backends.tracking.locate(
            .with { ($0.key, $0.resume) = (key, true) }, q.call())
        let project = try await project(of: located.ref, q)
        let started = StartExperimentResponse.with {
            $0.experiment.ref = located.ref
            $0.experiment.name = located.name
            $0.nextOffset = located.nextOffset
            $0.runID = located.runID
        }
        return try answer(started, in: project, q)
    }

    private func copy(_ q: CometRequest) async throws -> Response {
        let (source, target) = (try q.experimentKey("copiedExperimentKey"), try q.experimentKey("newExperimentKey"))
        let last = try q.fields.integerIfAny("stepToCopyTo") ?? Int64.max
        let copied = try await gateway.backends.tracking.copySteps(
            .with {
                ($0.sourceKey, $0.targetKey, $0.stepLast) = (source, target, last)
                $0.client = try client(q.fields)
            }, q.call(deadline: .seconds(120), once: "copy:\(source):\(target):\(last)"))
        let from = try await gateway.experiments.ref(source, q.caller, q.context)
        try await gateway.backends.artifact.copy(
            .with { ($0.source, $0.target, $0.stepLast) = (from, copied.experiment.ref, Double(last)) },
            q.call(deadline: .seconds(120)))
        return try answer(copied, in: try await project(of: copied.experiment.ref, q), q)
    }

    private func project(of ref: ExperimentRef, _ q: CometRequest) async throws -> ProjectRecord {
        try await gateway.backends.workspace.findProject(.with { $0.id = ref.projectID }, q.call()).project
    }

    private func client(_ fields: JSONFields) throws -> String {
        "comet_ml/\(try fields.stringIfAny("libVersion")?.prefix(30) ?? "unknown")"
    }

    private func once(_ what: String, _ key: String, _ fields: JSONFields) throws -> String {
        guard !key.isEmpty, let time = try fields.integerIfAny("local_timestamp") else { return "" }
        return "\(what):\(key):\(time)"
    }
}

extension Handshake {
    /// comet-logging §2.3. What must not be `null` is left out or has a value.
    private func answer(
        _ started: StartExperimentResponse, in project: ProjectRecord, _ q: CometRequest
    ) throws -> Response {
        let base = gateway.origin.base(of: q.request, q.context)
        let terms = terms(base)
        let id = CometID.text(project.id)
        return Reply.json(capacity: 1200) { writer in
            writer.object { writer in
                writer.member("runId", started.runID)
                writer.member("project_id", id)
                writer.member("projectId", id)
                writer.member("focusUrl", "\(base)\(Link.project(project))/")
                writer.member("lastOffset", started.nextOffset)
                writer.member("name", started.experiment.name)
                writer.members(terms)
            }
        }
    }

    /// What every run is told alike that reaches this server under the same name.
    private func terms(_ base: String) -> [UInt8] {
        if let last = lastTerms.withLock({ $0 }), last.base == base { return last.members }
        let limits = gateway.config.limits
        var writer = JSONWriter()
        writer.member("githubEnabled", false)
        writer.member("upload_file_size_limit_in_mb", limits.mediaBytesMax >> 20)
        writer.member("uploadVideoMaxSizeMB", limits.mediaBytesMax >> 20)
        writer.member("asset_upload_file_size_limit_in_mb", limits.assetBytesMax >> 20)
        writer.key("featureToggles")
        writer.array { _ in }
        writer.member("cometWebAssetUrl", "\(base)/api/asset/download")
        writer.member("cometWebImageUrl", "\(base)/api/image/download")
        writer.member("cometRestApiAssetUrl", "\(base)/api/rest/v2/experiment/asset/get-asset")
        writer.member("cometRestApiImageUrl", "\(base)/api/rest/v2/experiment/asset/get-asset")
        writer.member("s3DirectAccessEnabled", true)
        let members = writer.bytes
        lastTerms.withLock { $0 = (base, members) }
        return members
    }
}
