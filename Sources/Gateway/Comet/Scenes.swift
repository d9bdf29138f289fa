import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages

/// 3D scenes: an asset without bytes of its own, a thumbnail, and files of points and boxes that hang on it.
struct Scenes: Sendable {
    private static let parametersBytesMax = 64 << 10

    let gateway: Gateway

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("asset", gateway, create)
        routes.put("asset/:assetId/thumbnail") { request, context in
            let scene = try context.parameters.require("assetId")
            return try await item(request, context) { fields throws(JSONError) in
                let ending = try fields.stringIfAny("thumbnailExtension") ?? ".png"
                return (scene, "thumbnail", "thumbnail\(ending)")
            }
        }
        routes.post("asset/asset-item") { request, context in
            try await item(request, context) { fields throws(JSONError) in
                let kind = try fields.string("assetItemType")
                return (try fields.string("assetId"), kind, try fields.stringIfAny("userFileName") ?? "\(kind).jsonl")
            }
        }
    }

    private func create(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let ref = try await gateway.experiments.ref(key, q.caller, q.context)
        let draft = try AssetDraft.with {
            $0.experiment = ref
            $0.fileName = try q.fields.text("userFileName")
            $0.type = try q.fields.stringIfAny("assetType") ?? "3d-image"
            if let step = try q.fields.doubleIfAny("step") { $0.step = step }
            $0.metadataJson = q.fields.value("metadata")?.shown ?? ""
        }
        let stored = try await gateway.backends.artifact.upload(.with { $0.draft = draft }, q.call(), body: NoChunks())
        return Reply.json { writer in
            writer.object { $0.member("assetId", stored.asset.asset.assetID) }
        }
    }

    /// Parts `requestParams` (JSON) and then the bytes. The id is made of the scene's and the kind, so that a repeated
    /// upload is the same one.
    private func item(
        _ request: Request, _ context: EdgeContext,
        _ read: (JSONFields) throws(JSONError) -> (scene: String, kind: String, name: String)
    ) async throws -> Response {
        let caller = try await gateway.authenticator.caller(request, context)
        let reader = try MultipartReader(request, bytesMax: gateway.config.limits.mediaBytesMax)
        guard try await reader.nextPart()?.name == "requestParams" else {
            throw MultipartParser.broken("The first part must be requestParams.")
        }
        let parameters = try await reader.smallPart(bytesMax: Self.parametersBytesMax)
        let fields = try JSONFields(try parameters.withUnsafeReadableBytes { try JSONParser.parse($0) })
        _ = try await gateway.authenticator.caller(request, context, bodyKey: try fields.stringIfAny("apiKey"))
        let (scene, kind, name) = try read(fields)
        let ref = try await gateway.experiments.ref(try fields.text("experimentKey"), caller, context)
        let draft = AssetDraft.with {
            $0.experiment = ref
            ($0.assetID, $0.parentAssetID) = ("\(scene)-\(kind)", scene)
            ($0.fileName, $0.type) = (name, "asset-item")
        }
        guard try await reader.nextPart() != nil else { throw MultipartParser.broken("The body holds no file.") }
        do {
            _ = try await gateway.backends.artifact.upload(
                .with { $0.draft = draft }, caller.call(context, deadline: Uploads.deadline), body: reader.part)
        } catch {
            throw reader.failure ?? error
        }
        return Reply.cometOK
    }
}

/// An empty file.
struct NoChunks: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        mutating func next() async throws -> Chunk? { nil }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
