internal import Model
internal import SwiftProtobuf
internal import Wire
internal import WireMessages

/// Messages to values and back.
struct PartedUploadHandler: Sendable {
    let uploads: PartedUploads

    func start(_ request: StartMultipartRequest, _ call: Call) async throws -> StartMultipartResponse {
        let (name, tokens) = try await uploads.start(
            try Asset.Draft(request.draft), at: try Place(request.draft.experiment), parts: Int(request.parts),
            seconds: Int(request.expiresSeconds), as: try call.requireAccess())
        return .with { ($0.requestID, $0.partTokens) = (name.text, tokens) }
    }

    func put(_ request: UploadPartRequest, _ bytes: Incoming, _ call: Call) async throws -> UploadPartResponse {
        let etag = try await uploads.put(request.token, bytes)
        return .with { $0.etag = etag }
    }

    func complete(_ request: CompleteMultipartRequest, _ call: Call) async throws -> CompleteMultipartResponse {
        let asked = request.parts.map { (number: Int($0.number), etag: $0.etag) }
        let (asset, place) = try await uploads.complete(
            request.requestID, asked, size: request.size, as: try call.requireAccess())
        return .with { $0.asset = AssetRecord(asset, ExperimentRef(place)) }
    }

    func abort(_ request: AbortMultipartRequest, _ call: Call) async throws -> Empty {
        try await uploads.abort(request.requestID, as: try call.requireAccess())
        return Empty()
    }
}
