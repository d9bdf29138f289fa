import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages

/// `experiment/model/download`: the files of a model as one zip, which is made as it is sent.
struct RESTModels: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "experiment/model/download", gateway, download)
    }

    private func download(_ rest: RESTCall) async throws -> Response {
        let name = try rest.query.required("modelName")
        let ref = try await gateway.experiments.ref(rest.experimentKey(), rest.caller, rest.context)
        let call = rest.caller.call(rest.context, deadline: Downloads.deadline)
        let files = Self.members(
            try await gateway.backends.artifact.listAll(
                .with { ($0.experiment, $0.grouping, $0.type) = (ref, name, "model-element") }, call))
        guard !files.isEmpty else {
            throw Failure(.notFound, "This experiment has no model of this name whose files are kept here.")
        }
        let length = ZipWriter.length(of: files.map(\.member))
        let artifact = gateway.backends.artifact
        let body = ResponseBody.streamed(contentLength: Int(length)) { output in
            var zip = ZipWriter()
            for file in files {
                try await output.write(zip.begin(file.member))
                let sum = try await Self.send(file, of: ref, artifact, call, to: output)
                try await output.write(zip.end(file.member, sum: sum))
            }
            try await zip.finish { try await output.write($0) }
        }
        let headers: HTTPFields = [
            .contentType: "application/zip",
            .contentDisposition: FileHeaders.disposition("attachment", name + ".zip"),
        ]
        return Response(status: .ok, headers: headers, body: body)
    }

    private struct File: Sendable {
        let id: String
        let member: ZipWriter.Member
    }

    /// Of files with the same name the newest counts, as when they are unpacked one after the other. Links are left
    /// out: what they lead to is kept elsewhere.
    private static func members(_ assets: [AssetRecord]) -> [File] {
        let newest = Dictionary(grouping: assets.filter { !$0.remote }, by: \.asset.fileName).values
            .compactMap { $0.max { $0.asset.createdMs < $1.asset.createdMs } }
        return newest.sorted { $0.asset.fileName < $1.asset.fileName }.map { asset in
            let member = ZipWriter.Member(
                name: asset.asset.fileName, size: UInt64(asset.size), modifiedMs: asset.asset.createdMs)
            return File(id: asset.asset.assetID, member: member)
        }
    }

    /// Answers the check sum. Throws when it is not the file any more that was announced: then the connection breaks.
    private static func send(
        _ file: File, of ref: ExperimentRef, _ artifact: ArtifactClient, _ call: CallContext, to output: BodyOutput
    ) async throws -> UInt32 {
        let wanted = DownloadAssetRequest.with { ($0.experiment, $0.assetID) = (ref, file.id) }
        return try await artifact.download(wanted, call) { found, chunks in
            guard UInt64(found.length) == file.member.size else {
                throw Failure(.conflict, "\(file.member.name) was replaced while the model was sent.")
            }
            var sum = CRC32()
            for try await chunk in chunks {
                chunk.withUnsafeBytes { sum.update($0) }
                try await output.write(chunk.buffer)
            }
            return sum.value
        }
    }
}
