import ArtifactClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages

/// Large files in parts (comet-logging §5.4): the client believes that it writes to object storage, and writes to us.
struct DirectUploads: Sendable {
    /// As S3 has it, which the client counts on.
    private static let partsMax: Int64 = 10_000
    private static let partBytesMax = 5 << 30
    private static let secondsMax: Int64 = 24 * 3600
    /// As with `Uploads.patience`, within the 10 s that clients wait for a short answer.
    private static let patience: Duration = .seconds(7)

    let gateway: Gateway

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("asset/upload-start", gateway, patience: Self.patience) { try await start($0, .asset) }
        routes.comet("visualizations/upload-start", gateway, patience: Self.patience) {
            try await start($0, .visualization)
        }
        routes.comet("asset/upload-complete", gateway, patience: Self.patience, complete)
        routes.comet("visualizations/upload-complete", gateway, patience: Self.patience, complete)
        // No key: the token in the address is the authority, and good for this one part.
        routes.put("upload-part/:token") { request, context in
            try await part(request, context, token: try context.parameters.require("token"))
        }
    }

    private func start(_ q: CometRequest, _ kind: Uploads.Kind) async throws -> Response {
        guard let plan = try q.fields.fieldsIfAny("startUploadParams") else {
            throw Failure(q.fields.missing("startUploadParams"))
        }
        let (parts, seconds) = (
            try plan.integer("numOfFileParts"), try plan.integerIfAny("preSignUrlTimeoutSec") ?? 10_800
        )
        guard (1...Self.partsMax).contains(parts) else {
            throw Failure(.invalid, "A file has 1 to \(Self.partsMax) parts, not \(parts).", reason: "field_invalid")
        }
        let ref = try await gateway.experiments.ref(
            try q.fields.stringIfAny("experimentId") ?? q.fields.text("experimentKey"), q.caller, q.context)
        let draft = try AssetDraft(q.fields, kind).placed(in: ref)
        let started = try await gateway.backends.artifact.startMultipart(
            .with {
                ($0.draft, $0.parts) = (draft, UInt32(parts))
                $0.expiresSeconds = UInt32(min(max(60, seconds), Self.secondsMax))
            }, q.call())
        let base = gateway.origin.base(of: q.request, q.context)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("requestId", started.requestID)
                writer.key("preSignUrl")
                writer.array(started.partTokens) { $0.string("\(base)/clientlib/upload-part/\(Link.escaped($1))") }
            }
        }
    }

    private func part(_ request: Request, _ context: EdgeContext, token: String) async throws -> Response {
        try RequestBytes.checkLength(request, bytesMax: Self.partBytesMax)
        let token = token.removingPercentEncoding ?? token
        let call = CallContext(deadline: Uploads.deadline, trace: context.requestID)
        let stored = try await gateway.backends.artifact.uploadPart(
            .with { $0.token = token }, call, body: RequestChunks(body: request.body, bytesMax: Self.partBytesMax))
        var response = Reply.text("")
        response.headers[.eTag] = stored.etag.hasPrefix("\"") ? stored.etag : "\"\(stored.etag)\""
        return response
    }

    private func complete(_ q: CometRequest) async throws -> Response {
        let id = try q.fields.string("requestId")
        guard try q.fields.bool("succeed") else {
            try await gateway.backends.artifact.abortMultipart(.with { $0.requestID = id }, q.call())
            return Reply.cometOK
        }
        let parts = try q.fields.objects("uploadedFileParts").map { part in
            try CompleteMultipartRequest.Part.with {
                $0.number = UInt32(clamping: try part.integer("PartNumber"))
                $0.etag = try part.string("ETag").trimmingQuotes
            }
        }
        _ = try await gateway.backends.artifact.completeMultipart(
            .with {
                ($0.requestID, $0.parts) = (id, parts)
                $0.size = max(0, try q.fields.integerIfAny("fileSize") ?? 0)
            }, q.call(deadline: .seconds(600)))
        return Reply.cometOK
    }
}

extension String {
    /// An entity tag's text without its quotes (RFC 9110 §8.8.3).
    var trimmingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count >= 2 ? String(dropFirst().dropLast()) : self
    }
}

/// A request's body as a stream of chunks, cut off at a bound.
struct RequestChunks: AsyncSequence, Sendable {
    let body: RequestBody
    let bytesMax: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: RequestBody.AsyncIterator
        let bytesMax: Int
        var bytes = 0

        mutating func next() async throws -> Chunk? {
            guard let piece = try await pieces.next(isolation: #isolation) else { return nil }
            bytes += piece.readableBytes
            guard bytes <= bytesMax else { throw RequestBytes.tooLarge(bytesMax) }
            return Chunk(buffer: piece)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), bytesMax: bytesMax)
    }
}
