import ArtifactClient
import Foundation
import HotJSON
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

extension RunPage {
    struct PanelModel {
        let name: String
        let context: String?
        let source: String
        let current: String
        let currentAt: String
        let min: String
        let minAt: String
        let max: String
        let maxAt: String
    }

    struct Pair {
        let name: String
        let value: String
    }

    struct Line {
        let text: String
        let stderr: Bool
    }

    struct FileModel {
        let name: String
        let kind: String
        let href: String
        let size: String
        let step: String?
        var text: String?
    }

    /// Pieces of output that a page shows; the rest is a link away.
    private static let consoleMax: UInt32 = 5000
    private static let sourceBytesMax: Int64 = 256 << 10

    func content(of tab: Tab, _ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        switch tab {
        case .charts: charts(run)
        case .values: ["parameters": Self.pairs(run.parameters), "others": Self.pairs(run.others)]
        case .console: try await console(run, call)
        case .assets: try await assets(run, call)
        case .code: try await code(run, call)
        case .system: try await system(run, call)
        }
    }

    private func charts(_ run: ExperimentRecord) -> [String: Any] {
        let names = Dictionary(grouping: run.summaries, by: \.name)
        // What the machine did comes after what was learned.
        let own = names.keys.sorted().sorted { !$0.hasPrefix("sys.") && $1.hasPrefix("sys.") }
        let panels = own.compactMap { name -> PanelModel? in
            guard let all = names[name], let first = all.first else { return nil }
            let low = all.min { $0.min < $1.min } ?? first
            let high = all.max { $0.max < $1.max } ?? first
            let last = all.max { $0.currentMs < $1.currentMs } ?? first
            return PanelModel(
                name: name, context: all.count == 1 && !first.context.isEmpty ? first.context : nil,
                source: Self.api(run.ref.key, "metrics/" + Link.escaped(name)),
                current: Shown.number(last.current), currentAt: Self.at(last.currentStep, last.currentMs),
                min: Shown.number(low.min), minAt: Self.at(low.minStep, low.minMs),
                max: Shown.number(high.max), maxAt: Self.at(high.maxStep, high.maxMs))
        }
        return ["panels": panels]
    }

    private static func at(_ step: Double, _ time: Int64) -> String {
        (step.isNaN ? "" : "step \(Shown.step(step)), ") + Shown.time(time)
    }

    private static func pairs(_ values: [ValueRecord]) -> [Pair] {
        values.map { Pair(name: $0.name, value: $0.value) }
    }

    private func console(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        let lines = try await gateway.outputLines(run.ref.key, from: 0, limit: Self.consoleMax, tail: true, call)
        return [
            "lines": lines.map { Line(text: $0.text, stderr: $0.stderr) }, "source": Self.api(run.ref.key, "output"),
            "next": (lines.last?.offset ?? -1) + 1, "truncated": lines.count == Int(Self.consoleMax),
            "shown": lines.count,
            "allHref": Self.api(run.ref.key, "output?text=true"),
        ]
    }

    private func assets(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        let found = try await gateway.backends.artifact.listAll(.with { $0.experiment = run.ref }, call)
        let files = found.map { file($0, run) }
        let images = zip(found, files).filter {
            $0.0.contentType.hasPrefix("image/") && !$0.0.contentType.contains("svg")
        }
        return ["images": images.map(\.1), "files": files]
    }

    private func file(_ asset: AssetRecord, _ run: ExperimentRecord) -> FileModel {
        FileModel(
            name: asset.asset.fileName, kind: asset.asset.type,
            href: asset.remote ? "" : Self.api(run.ref.key, "assets/" + Link.escaped(asset.asset.assetID)),
            size: asset.remote ? asset.link : Shown.bytes(asset.size),
            step: asset.asset.hasStep ? Shown.step(asset.asset.step) : nil)
    }

    private func code(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        async let git = gateway.backends.tracking.document(
            .with { ($0.key, $0.kind) = (run.ref.key, "git_metadata") }, call)
        let found = try await gateway.backends.artifact.listAll(
            .with { ($0.experiment, $0.type) = (run.ref, "source_code") }, call)
        var sources: [FileModel] = []
        for asset in found.prefix(20) {
            var model = file(asset, run)
            if asset.size <= Self.sourceBytesMax { model.text = try await text(of: asset, run, call) }
            sources.append(model)
        }
        var content: [String: Any] = ["sources": sources]
        let facts = Self.facts(try await git.content)
        if !facts.isEmpty { content["git"] = ["facts": facts] }
        return content
    }

    private func text(of asset: AssetRecord, _ run: ExperimentRecord, _ call: CallContext) async throws -> String {
        let request = DownloadAssetRequest.with { ($0.experiment, $0.assetID) = (run.ref, asset.asset.assetID) }
        return try await gateway.backends.artifact.download(request, call) { _, chunks in
            var bytes: [UInt8] = []
            for try await chunk in chunks { chunk.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func system(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        let json = try await gateway.backends.tracking.systemDetails(.with { $0.key = run.ref.key }, call).json
        var content: [String: Any] = ["facts": Self.facts(json)]
        if let object = Self.object(json), case .array(let packages)? = object["installedPackages"] {
            content["packages"] = packages.map(\.shown).joined(separator: "\n")
        }
        return content
    }

    /// The plain members of a JSON object, in its order; lists and objects are shown elsewhere or not at all.
    private static func facts(_ json: String) -> [Pair] {
        (object(json)?.members ?? []).compactMap { member in
            switch member.value {
            case .array, .object, .null: nil
            default: Pair(name: member.name, value: member.value.shown)
            }
        }
    }

    private static func object(_ json: String) -> JSONObject? {
        var json = json
        let parsed = json.withUTF8 { try? JSONParser.parse(UnsafeRawBufferPointer($0)) }
        guard case .object(let object)? = parsed else { return nil }
        return object
    }
}
