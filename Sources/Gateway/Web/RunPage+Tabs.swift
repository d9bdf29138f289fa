import ArtifactClient
import Foundation
import HotJSON
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

extension RunPage {
    struct Pair {
        let name: String
        let value: String
    }

    struct Line {
        let text: String
        let stderr: Bool
    }

    struct Source {
        let name: String
        let size: String
        let download: String
        var text: String?
    }

    /// Pieces of output that a page shows; the rest is a link away.
    private static let consoleMax: UInt32 = 5000
    private static let sourceBytesMax: Int64 = 256 << 10
    private static let sourcesMax = 20
    private static let manyValues = 12
    /// What the client keeps for itself among the values.
    private static let internalValues: Set<String> = ["curr_step", "curr_epoch", "hasNestedParams", "Name"]

    func content(of tab: Tab, _ found: Found, framing: String?) async throws -> [String: Any] {
        switch tab {
        case .charts: Self.charts(found.run)
        case .values: Self.values(found.run)
        case .console: try await console(found.run, found.call)
        case .assets: try await assets(found, framing: framing)
        case .code: try await code(found.run, found.call)
        case .system: try await system(found.run, found.call)
        }
    }

    private static func values(_ run: ExperimentRecord) -> [String: Any] {
        let (parameters, others) = (pairs(run.parameters), pairs(run.others))
        return [
            "parameters": parameters, "others": others, "hasParameters": !parameters.isEmpty,
            "hasOthers": !others.isEmpty, "isMany": parameters.count + others.count > manyValues,
        ]
    }

    private static func pairs(_ values: [ValueRecord]) -> [Pair] {
        values.filter { !internalValues.contains($0.name) }.map { Pair(name: $0.name, value: $0.value) }
    }

    private func console(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        let lines = try await gateway.outputLines(run.ref.key, from: 0, limit: Self.consoleMax, tail: true, call)
        return [
            "lines": ConsoleText.shown(lines), "source": Self.api(run.ref.key, "output"),
            "next": (lines.last?.offset ?? -1) + 1, "truncated": lines.count == Int(Self.consoleMax),
            "shown": lines.count, "isEmpty": lines.isEmpty, "allHref": Self.api(run.ref.key, "output?text=true"),
        ]
    }

    private func code(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        async let git = gateway.backends.tracking.document(
            .with { ($0.key, $0.kind) = (run.ref.key, "git_metadata") }, call)
        let found = try await gateway.backends.artifact.listAll(
            .with { ($0.experiment, $0.type) = (run.ref, "source_code") }, call)
        var sources: [Source] = []
        for asset in found.prefix(Self.sourcesMax) where !asset.remote {
            var source = Source(
                name: asset.asset.fileName, size: Shown.bytes(asset.size), download: Self.download(asset, run))
            if asset.size <= Self.sourceBytesMax { source.text = try await text(of: asset, run, call) }
            sources.append(source)
        }
        var content: [String: Any] = ["sources": sources, "hasSources": !sources.isEmpty]
        let facts = Self.facts(try await git.content, SystemNames.git)
        if !facts.isEmpty { content["git"] = ["facts": facts] }
        return content
    }

    func text(of asset: AssetRecord, _ run: ExperimentRecord, _ call: CallContext) async throws -> String {
        let request = DownloadAssetRequest.with { ($0.experiment, $0.assetID) = (run.ref, asset.asset.assetID) }
        return try await gateway.backends.artifact.download(request, call) { _, chunks in
            var bytes: [UInt8] = []
            for try await chunk in chunks { chunk.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func system(_ run: ExperimentRecord, _ call: CallContext) async throws -> [String: Any] {
        let json = try await gateway.backends.tracking.systemDetails(.with { $0.key = run.ref.key }, call).json
        let facts = Self.facts(json, SystemNames.machine)
        var content: [String: Any] = ["facts": facts, "hasFacts": !facts.isEmpty]
        if let object = Self.object(json), case .array(let packages)? = object["installedPackages"], !packages.isEmpty {
            content["packages"] = packages.map(\.shown).joined(separator: "\n")
        }
        return content
    }

    /// The plain members of a JSON object: those with a name here in the order of the names, and then the others.
    /// Lists and objects are shown elsewhere or not at all.
    private static func facts(_ json: String, _ names: [(key: String, label: String)]) -> [Pair] {
        let plain = (object(json)?.members ?? []).filter { member in
            switch member.value {
            case .array, .object, .null: false
            default: !member.value.shown.isEmpty
            }
        }
        let named = names.compactMap { name in
            plain.first { $0.name == name.key }.map { Pair(name: name.label, value: $0.value.shown) }
        }
        let others = plain.filter { member in !names.contains { $0.key == member.name } }
        return named + others.map { Pair(name: $0.name, value: $0.value.shown) }
    }

    private static func object(_ json: String) -> JSONObject? {
        var json = json
        let parsed = json.withUTF8 { try? JSONParser.parse(UnsafeRawBufferPointer($0)) }
        guard case .object(let object)? = parsed else { return nil }
        return object
    }
}

/// What the clients' names mean, in the order of interest.
enum SystemNames {
    static let machine: [(key: String, label: String)] = [
        ("hostname", "Host"), ("user", "User"), ("os", "System"), ("osType", "Kind of system"),
        ("osRelease", "Release"), ("machine", "Architecture"), ("processor", "Processor"), ("ip", "Address"),
        ("executable", "Interpreter"), ("pythonVersion", "Python"), ("pythonVersionVerbose", "Python in full"),
        ("pid", "Process"), ("command", "Command"),
    ]
    static let git: [(key: String, label: String)] = [
        ("branch", "Branch"), ("parent", "Commit"), ("user", "Author"), ("origin", "Origin"), ("root", "Root commit"),
    ]
}
