import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// Files written and read through REST (comet-rest §3, §4).
struct RESTFiles: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.post, "write/experiment/upload-asset", gateway) { try await upload($0, .asset) }
        routes.on(.post, "write/experiment/git/patch", gateway) { try await upload($0, .gitPatch) }
        routes.on(.get, "experiment/git/patch", gateway, patch)
    }

    /// What describes the file stands in the query, but for its metadata: of that the client writes only the names
    /// there, so the part of the body counts.
    private func upload(_ rest: RESTCall, _ kind: Uploads.Kind) async throws -> Response {
        let key = try rest.experimentKey()
        let ref = try await gateway.experiments.ref(key, rest.caller, rest.context)
        let draft = try AssetDraft(rest.query, kind).placed(in: ref)
        let uploads = Uploads(gateway: gateway)
        let call = rest.caller.call(rest.context, deadline: Uploads.deadline)
        let asset = try await uploads.receive(rest.request, draft, call, rest.context.notes)
        return uploads.answer(asset, key: key, rest.request, rest.context)
    }

    /// The zip as it was uploaded. When there is none, an object: clients tell by its first bytes, `{"msg"`.
    private func patch(_ rest: RESTCall) async throws -> Response {
        let ref = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        let found = try await gateway.backends.artifact.listAll(
            .with { ($0.experiment, $0.type) = (ref, "git-patch") }, rest.call)
        guard let latest = found.max(by: { $0.asset.createdMs < $1.asset.createdMs }) else {
            return Reply.done("This experiment has no git patch.")
        }
        let call = rest.caller.call(rest.context, deadline: Downloads.deadline)
        return try await Downloads(gateway: gateway).send(latest.asset.assetID, of: ref, rest.request, call)
    }
}
