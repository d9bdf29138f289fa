import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// Lists of files, and the models among them (comet-rest §3).
struct RESTAssets: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "experiment/asset/list", gateway, list)
        routes.on(.get, "experiment/asset/get-by-name", gateway, byName)
        routes.on(.get, "experiment/model", gateway, models)
        routes.on(.get, "experiment/model/asset/list", gateway, modelAssets)
        routes.on(.get, "get/artifacts", gateway, lineage)
        routes.on(.changingGet, "write/experiment/asset/delete", gateway, delete)
    }

    private func list(_ rest: RESTCall) async throws -> Response {
        let type = rest.query["type"]
        return try await answer(rest) { $0.type = type == "all" ? "" : type }
    }

    private func byName(_ rest: RESTCall) async throws -> Response {
        let (name, type) = try (rest.query.required("assetName"), rest.query["type"])
        return try await answer(rest) { ($0.name, $0.type) = (name, type == "all" ? "" : type) }
    }

    private func modelAssets(_ rest: RESTCall) async throws -> Response {
        let name = try rest.query.required("modelName")
        return try await answer(rest) { ($0.grouping, $0.type) = (name, "model-element") }
    }

    private func answer(_ rest: RESTCall, _ ask: (inout ListAssetsRequest) -> Void) async throws -> Response {
        let found = try await assets(rest, ask)
        let base = gateway.origin.base(of: rest.request, rest.context)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("assets")
                writer.array(found) { $0.cometAsset($1, base: base) }
            }
        }
    }

    private func assets(_ rest: RESTCall, _ ask: (inout ListAssetsRequest) -> Void) async throws -> [AssetRecord] {
        let ref = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        var request = ListAssetsRequest.with { $0.experiment = ref }
        ask(&request)
        return try await gateway.backends.artifact.listAll(request, rest.call)
    }

    /// What was logged with `log_model`: its files share a group of that name.
    private func models(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        let names = Set(try await assets(rest) { $0.type = "model-element" }.map(\.asset.grouping)).sorted()
        return Reply.json { writer in
            writer.object { writer in
                writer.key("models")
                writer.array(names) { writer, name in
                    writer.object { writer in
                        writer.member("experimentModelId", "\(key)-\(name)")
                        writer.member("experimentKey", key)
                        writer.member("modelName", name)
                        writer.key("registryRecords")
                        writer.array { _ in }
                    }
                }
            }
        }
    }

    /// Versioned artifacts are not kept here, so none came from an experiment and none went into it.
    private func lineage(_ rest: RESTCall) async throws -> Response {
        _ = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("artifacts")
                writer.array { _ in }
            }
        }
    }

    private func delete(_ rest: RESTCall) async throws -> Response {
        let id = try rest.query.required("assetId")
        let ref = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        try await gateway.backends.artifact.delete(.with { ($0.experiment, $0.assetIds) = (ref, [id]) }, rest.call)
        return Reply.done()
    }
}

extension JSONWriter {
    /// The asset object of comet-rest §3. Clients take the experiment's key out of `link`.
    mutating func cometAsset(_ record: AssetRecord, base: String) {
        let asset = record.asset
        let link =
            record.remote
            ? record.link
            : CometLink.asset(base, id: asset.assetID, key: asset.experiment.key)
        object { writer in
            writer.member("assetId", asset.assetID)
            writer.member("fileName", asset.fileName)
            writer.member("fileSize", record.size)
            writer.key("runContext")
            writer.optional(asset.context.isEmpty ? nil : asset.context)
            writer.key("step")
            writer.number(asset.hasStep ? asset.step : .nan)
            writer.member("remote", record.remote)
            writer.member("link", link)
            writer.nullMember("compressedAssetLink")
            writer.nullMember("s3Link")
            writer.member("createdAt", asset.createdMs)
            writer.member("dir", asset.fileName.split(separator: "/").dropLast().joined(separator: "/"))
            writer.member("canView", record.contentType.hasPrefix("image/") || record.contentType.hasPrefix("text/"))
            writer.member("audio", asset.type == "audio")
            writer.member("video", asset.type == "video")
            writer.member("histogram", asset.type == "histogram3d")
            writer.member("image", asset.type == "image")
            writer.member("type", asset.type.isEmpty ? "asset" : asset.type)
            writer.key("metadata")
            writer.optional(asset.metadataJson.isEmpty ? nil : asset.metadataJson)
            writer.key("groupingName")
            writer.optional(asset.grouping.isEmpty ? nil : asset.grouping)
            writer.key("tags")
            writer.array { _ in }
            writer.member("curlDownload", "curl -H 'Authorization: <your key>' '\(link)'")
            writer.member("experimentKey", asset.experiment.key)
        }
    }
}
