import ArtifactClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// The files of a run, and one of them.
extension RunPage {
    struct FileModel {
        let name: String
        let kind: String
        let href: String
        let size: String
        let step: String?
        let download: String?
        /// Of a picture.
        let image: String?
    }

    private static let manyFiles = 12
    /// More of a text is downloaded.
    private static let textBytesMax: Int64 = 512 << 10
    private static let imageTypes: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
    ]

    /// Written by the clients as JSON, often without an ending that says so.
    private static let jsonKinds: Set<String> = ["histogram3d", "histogram_combined_3d", "curve", "confusion-matrix"]

    func assets(_ found: Found, framing: String?) async throws -> [String: Any] {
        async let html = gateway.backends.tracking.document(
            .with { ($0.key, $0.kind) = (found.run.ref.key, "html") }, found.call)
        let assets = try await gateway.backends.artifact.listAll(.with { $0.experiment = found.run.ref }, found.call)
        let files = assets.map { Self.file($0, found, framing: framing) }
        let images = zip(assets, files).filter { $0.1.image != nil }.map { $0 }
            .sorted { ($0.0.asset.fileName, $0.0.asset.step) < ($1.0.asset.fileName, $1.0.asset.step) }
        var content: [String: Any] = [
            "images": images.map(\.1), "hasImages": !images.isEmpty, "files": files, "hasFiles": !files.isEmpty,
            "isMany": files.count > Self.manyFiles, "total": files.count,
        ]
        let page = try await html.content
        if !page.isEmpty {
            content["html"] = ["href": found.home + "/html", "size": Shown.bytes(Int64(page.utf8.count))]
            content["hasFiles"] = true
        }
        return content
    }

    static func download(_ asset: AssetRecord, _ run: ExperimentRecord) -> String {
        api(run.ref.key, "assets/" + Link.escaped(asset.asset.assetID))
    }

    private static func file(_ asset: AssetRecord, _ found: Found, framing: String?) -> FileModel {
        let href = "\(found.home)/assets/\(Link.escaped(asset.asset.assetID))"
        let isFigure = framing != nil && ContentFields.Kind(asset) == .svg
        return FileModel(
            name: asset.asset.fileName, kind: asset.asset.type, href: href,
            size: asset.remote ? "" : Shown.bytes(asset.size),
            step: asset.asset.hasStep ? Shown.step(asset.asset.step) : nil,
            download: asset.remote ? nil : download(asset, found.run),
            image: isFigure ? href + "/view" : isPicture(asset) ? download(asset, found.run) : nil)
    }

    private static func isPicture(_ asset: AssetRecord) -> Bool {
        !asset.remote && imageTypes.contains(asset.contentType)
    }

    @Sendable func showFile(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let found = try await find(request, context)
        let id = try context.part("id")
        if try isElsewhere(found, context) {
            return Site.redirect(to: "\(found.home)/assets/\(Link.escaped(id))")
        }
        let asset = try await gateway.backends.artifact.get(
            .with { ($0.experiment, $0.assetID) = (found.run.ref, id) }, found.call
        ).asset
        let framing = gateway.origin.content(of: request)
        var model = try await preview(asset, found, framing: framing)
        let facts = [
            asset.asset.type, asset.remote ? "" : Shown.bytes(asset.size),
            asset.asset.hasStep ? "step \(Shown.step(asset.asset.step))" : "", asset.asset.context,
            Shown.time(asset.asset.createdMs),
        ]
        (model["name"], model["back"]) = (asset.asset.fileName, found.home + "/assets")
        model["summary"] = facts.filter { !$0.isEmpty }.joined(separator: " · ")
        model["download"] = asset.remote ? nil : Self.download(asset, found.run)
        return try page(found, .assets, framing: framing, ["file": model])
    }

    /// What `log_html` has logged, in a frame.
    @Sendable func showHTML(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let found = try await find(request, context)
        if try isElsewhere(found, context) { return Site.redirect(to: found.home + "/html") }
        let framing = gateway.origin.content(of: request)
        var model: [String: Any] = [
            "name": "HTML of the run", "back": found.home + "/assets", "summary": "logged by log_html",
        ]
        if framing != nil {
            model["frame"] = found.home + "/html/view"
        } else {
            model["note"] = ContentLinks.off.message
        }
        return try page(found, .assets, framing: framing, ["file": model])
    }

    /// One of `image`, `figure`, `frame`, `audio`, `video`, `table`, `text`, `link` and `note`.
    private func preview(_ asset: AssetRecord, _ found: Found, framing: String?) async throws -> [String: Any] {
        if asset.remote { return ["link": asset.link] }
        let bytes = Self.download(asset, found.run)
        if let kind = ContentFields.Kind(asset) {
            guard framing != nil else { return ["note": ContentLinks.off.message] }
            let view = "\(found.home)/assets/\(Link.escaped(asset.asset.assetID))/view"
            return kind == .svg ? ["figure": view] : ["frame": view]
        }
        if Self.isPicture(asset) { return ["image": bytes] }
        switch Self.jsonKinds.contains(asset.asset.type) ? "application/json" : asset.contentType {
        case let type where type.hasPrefix("audio/"): return ["audio": bytes]
        case let type where type.hasPrefix("video/"): return ["video": bytes]
        case "text/plain", "application/json":
            guard asset.size <= Self.textBytesMax else { return ["note": "This text is too long to be shown here."] }
            let text = try await text(of: asset, found.run, found.call)
            let table =
                PreviewTable(text, fileName: asset.asset.fileName)
                ?? PreviewTable(json: text, type: asset.asset.type)
            if let table { return ["table": table] }
            return ["text": text]
        default: return ["note": "There is no preview of a file of this kind."]
        }
    }
}
