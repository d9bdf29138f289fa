import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages

/// Files: `asset/upload`, `visualizations/upload` and `git-patch/upload`. The bytes stream through at constant memory.
struct Uploads: Sendable {
    enum Kind: Sendable {
        case asset, visualization, gitPatch
    }

    /// JSON about a file; confusion matrices put thousands of annotations in there.
    private static let metadataBytesMax = 2 << 20
    private static let linkBytesMax = 8 << 10
    /// Room for headers and the small parts beside the file.
    private static let framingBytesMax: Int64 = 4 << 20
    /// A file may be large and its network slow.
    static let deadline: Duration = .seconds(6 * 3600)
    /// A client that logs too fast waits for its turn with a file: older ones give a file up that is refused once
    /// (comet_ml 3.47). Within the 60 s after which clients give up an answer.
    static let patience: Duration = .seconds(40)

    let gateway: Gateway

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.post("asset/upload") { request, context in try await upload(request, context, .asset) }
        routes.post("visualizations/upload") { request, context in try await upload(request, context, .visualization) }
        routes.post("git-patch/upload") { request, context in try await upload(request, context, .gitPatch) }
        routes.comet("asset/log-remote-model", gateway, patience: Self.patience, remoteModel)
    }

    private func upload(_ request: Request, _ context: EdgeContext, _ kind: Kind) async throws -> Response {
        let caller = try await gateway.authenticator.caller(request, context, patience: Self.patience)
        let query = try Query(request)
        let draft = try AssetDraft(query, kind).placed(
            in: try await gateway.experiments.ref(query["experimentId"], caller, context))
        let call = caller.call(context, deadline: Self.deadline)
        let asset = try await receive(request, draft, call, context.notes)
        return answer(asset, key: query["experimentId"], request, context)
    }

    /// Takes the parts `file` or `link`, and `metadata`, in any order. Answers when all of it is durable.
    func receive(
        _ request: Request, _ draft: AssetDraft, _ call: CallContext, _ notes: RequestNotes
    ) async throws -> AssetRecord {
        let reader = try MultipartReader(
            request, bytesMax: gateway.config.limits.assetBytesMax + Self.framingBytesMax)
        var draft = draft
        var (asset, link): (AssetRecord?, String?)
        while let part = try await reader.nextPart() {
            switch part.name {
            case "file", "thumbnail", "assetItemContent":
                guard asset == nil else { throw MultipartParser.broken("The body holds two files.") }
                asset = try await send(reader, draft, call, notes)
            case "link": link = try await reader.smallText(bytesMax: Self.linkBytesMax)
            case "metadata": draft.metadataJson = try await reader.smallText(bytesMax: Self.metadataBytesMax, notes)
            default: continue
            }
        }
        if asset == nil, let link {
            return try await gateway.backends.artifact.link(.with { ($0.draft, $0.link) = (draft, link) }, call).asset
        }
        guard var asset else { throw MultipartParser.broken("The body holds neither a file nor a link.") }
        guard asset.asset.metadataJson != draft.metadataJson else { return asset }
        // It came after the bytes. A crash in between is made good by the client's repetition.
        _ = try await gateway.backends.artifact.describe(
            .with {
                ($0.experiment, $0.assetID) = (draft.experiment, asset.asset.assetID)
                $0.metadataJson = draft.metadataJson
            }, call)
        asset.asset.metadataJson = draft.metadataJson
        return asset
    }

    private func send(
        _ reader: MultipartReader, _ draft: AssetDraft, _ call: CallContext, _ notes: RequestNotes
    ) async throws -> AssetRecord {
        let body = ScreenedPart(part: reader.part, notes: notes)
        do {
            return try await gateway.backends.artifact.upload(.with { $0.draft = draft }, call, body: body).asset
        } catch {
            // A body that broke off fails the call, which knows less of the reason than its reader.
            throw reader.failure ?? error
        }
    }

    /// The clients ignore the body of a 200; people and REST writers want to know where it went.
    func answer(_ asset: AssetRecord, key: String, _ request: Request, _ context: EdgeContext) -> Response {
        let base = gateway.origin.base(of: request, context)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("msg", "ok")
                writer.member("code", 200)
                writer.nullMember("data")
                writer.member("assetId", asset.asset.assetID)
                writer.member("link", CometLink.asset(base, id: asset.asset.assetID, key: key))
            }
        }
    }

    /// Files of a model that lie elsewhere, each a link.
    private func remoteModel(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let ref = try await gateway.experiments.ref(key, q.caller, q.context)
        let name = try q.fields.string("modelName")
        for entity in try q.fields.objects("remoteEntities") {
            let request = try LinkAssetRequest.with {
                $0.link = try entity.string("remoteUrl")
                $0.draft.experiment = ref
                $0.draft.assetID = try entity.stringIfAny("assetId") ?? ""
                $0.draft.fileName = try entity.text("fileName")
                $0.draft.type = "model-element"
                $0.draft.grouping = name
                $0.draft.metadataJson = entity.value("metadata")?.shown ?? ""
            }
            _ = try await gateway.backends.artifact.link(request, q.call())
        }
        return Reply.cometOK
    }
}

/// Addresses of files, as the clients put them into other files.
enum CometLink {
    static func asset(_ base: String, id: String, key: String) -> String {
        "\(base)/api/asset/download?assetId=\(Link.escaped(id))&experimentKey=\(Link.escaped(key))"
    }
}
