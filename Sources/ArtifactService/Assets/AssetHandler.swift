internal import Blobs
internal import Foundation
internal import Model
internal import SwiftProtobuf
internal import Wire
internal import WireMessages

/// Messages to values and back.
struct AssetHandler: Sendable {
    let assets: Assets
    let signer: Signer
    let handover: Handover?

    func upload(_ request: UploadAssetRequest, _ bytes: Incoming, _ call: Call) async throws -> UploadAssetResponse {
        let ref = request.draft.experiment
        let digest = Digest(request.digestExpected)
        guard request.digestExpected.isEmpty || digest != nil else {
            throw Failure(.invalid, "A digest has 32 bytes.", reason: "digest")
        }
        let asset = try await assets.upload(
            try Asset.Draft(request.draft), to: try Place(ref), sizeExpected: request.draft.sizeExpected,
            expecting: digest, bytes, as: try call.requireAccess())
        return .with { $0.asset = AssetRecord(asset, ref) }
    }

    func link(_ request: LinkAssetRequest, _ call: Call) async throws -> UploadAssetResponse {
        let ref = request.draft.experiment
        let asset = try await assets.link(
            try Asset.Draft(request.draft), to: try Place(ref), request.link, as: try call.requireAccess())
        return .with { $0.asset = AssetRecord(asset, ref) }
    }

    func list(_ request: ListAssetsRequest, _ call: Call) async throws -> ListAssetsResponse {
        let filter = AssetFilter(
            type: request.type, name: request.name, grouping: request.grouping,
            artifactVersion: request.artifactVersionID)
        let page = try await assets.list(
            filter, of: try Place(request.experiment), after: try position(request.cursor),
            limit: Int(request.limit), as: try call.requireAccess())
        return .with {
            $0.assets = page.assets.map { AssetRecord($0, request.experiment) }
            $0.cursor = page.next.map(cursor) ?? ""
        }
    }

    func get(_ request: GetAssetRequest, _ call: Call) async throws -> GetAssetResponse {
        let asset = try await assets.get(
            request.assetID, of: try Place(request.experiment), as: try call.requireAccess())
        return .with { $0.asset = AssetRecord(asset, request.experiment) }
    }

    func describe(_ request: DescribeAssetRequest, _ call: Call) async throws -> GetAssetResponse {
        let asset = try await assets.describe(
            request.assetID, of: try Place(request.experiment), metadata: request.metadataJson,
            as: try call.requireAccess())
        return .with { $0.asset = AssetRecord(asset, request.experiment) }
    }

    func delete(_ request: DeleteAssetsRequest, _ call: Call) async throws -> Empty {
        try await assets.delete(
            request.assetIds, of: try Place(request.experiment), as: try call.requireAccess())
        return Empty()
    }

    func copy(_ request: CopyAssetsRequest, _ call: Call) async throws -> Empty {
        try await assets.copy(
            from: try Place(request.source), to: try Place(request.target), stepLast: request.stepLast,
            as: try call.requireAccess())
        return Empty()
    }

    func download(
        _ request: DownloadAssetRequest, _ out: Outgoing<DownloadAssetResponse>, _ call: Call
    ) async throws {
        let (asset, blob) = try await assets.open(
            request.assetID, of: try Place(request.experiment), as: try call.requireAccess())
        guard request.from >= 0, request.length >= 0, request.from <= blob.size else {
            throw Failure(.invalid, "The file has \(blob.size) bytes.", reason: "range")
        }
        let rest = blob.size - request.from
        let length = request.length == 0 ? rest : min(request.length, rest)
        var answer = DownloadAssetResponse.with {
            $0.asset = AssetRecord(asset, request.experiment)
            ($0.from, $0.length) = (request.from, length)
        }
        if request.takesFiles, let ticket = handover?.offer(blob, for: length) {
            answer.fileTicket = Data(ticket)
            return try out.begin(answer)
        }
        try await send(blob, answer, to: out)
    }

    private func send(
        _ blob: Blob, _ answer: DownloadAssetResponse, to out: Outgoing<DownloadAssetResponse>
    ) async throws {
        var reading = blob.read(from: answer.from, count: answer.length)
        do {
            // The first bytes before the answer: a small file that is damaged is an error, not a broken stream.
            var batch = try await reading.next()
            try out.begin(answer)
            while let chunks = batch {
                for chunk in chunks { try await out.send(Chunk(chunk)) }
                batch = try await reading.next()
            }
        } catch BlobError.mismatch {
            throw Failure.damaged(blob.digest)
        } catch let error as BlobError {
            throw Failure(error)
        }
    }

    private func cursor(_ position: AssetPosition) -> String {
        let micros = Int64((position.createdAt.timeIntervalSince1970 * 1_000_000).rounded())
        return signer.seal(withUnsafeBytes(of: micros.bigEndian) { Array($0) } + Array(position.id.utf8), for: .cursor)
    }

    private func position(_ cursor: String) throws(Failure) -> AssetPosition? {
        guard !cursor.isEmpty else { return nil }
        guard let bytes = signer.open(cursor, for: .cursor), bytes.count > 8 else {
            throw Failure(.invalid, "This cursor was not made here.", reason: "cursor")
        }
        let micros = Int64(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        return AssetPosition(
            createdAt: Date(timeIntervalSince1970: Double(micros) / 1_000_000),
            id: String(decoding: bytes.dropFirst(8), as: UTF8.self))
    }
}
