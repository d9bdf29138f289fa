import ArtifactClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages

/// A file's bytes: whole, in part (RFC 9110 §14), or not at all when the caller has them (§13).
struct Downloads: Sendable {
    static let deadline: Duration = .seconds(6 * 3600)

    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        router.get("api/asset/download") { try await download($0, $1, "assetId") }
        router.get("api/image/download") { try await download($0, $1, "imageId") }
    }

    func registerREST(in routes: RouterGroup<EdgeContext>) {
        routes.get("experiment/asset/get-asset") { try await download($0, $1, "assetId") }
    }

    private func download(_ request: Request, _ context: EdgeContext, _ idName: String) async throws -> Response {
        let query = try Query(request)
        let caller = try await reader(request, context)
        let id = query.has(idName) ? try query.required(idName) : try query.required("assetId")
        let ref = try await gateway.experiments.ref(query["experimentKey"], caller, context)
        return try await send(id, of: ref, request, caller.call(context, deadline: Self.deadline))
    }

    /// Links are opened by people too. This GET changes nothing, so that their session may do.
    private func reader(_ request: Request, _ context: EdgeContext) async throws -> Caller {
        if request.headers[.authorization] == nil, request.headers[.xAPIKey] == nil,
            let token = SessionCookie.token(of: request, config: gateway.config)
        {
            return try await gateway.authenticator.caller(session: token, request, context)
        }
        return try await gateway.authenticator.caller(request, context)
    }

    func send(_ id: String, of ref: ExperimentRef, _ request: Request, _ call: CallContext) async throws -> Response {
        let artifact = gateway.backends.artifact
        let asset = try await artifact.get(.with { ($0.experiment, $0.assetID) = (ref, id) }, call).asset
        guard !asset.remote else { return try remote(asset, request) }
        var headers = FileHeaders.fields(for: asset)
        let tag = FileHeaders.tag(of: asset)
        if let known = request.headers[.ifNoneMatch], FileHeaders.matches(known, tag) {
            return Response(status: .notModified, headers: headers)
        }
        let range = try ByteRange(request, tag: tag, size: asset.size)
        headers[.acceptRanges] = "bytes"
        if range.isPart {
            headers[.contentRange] = "bytes \(range.from)-\(range.from + range.length - 1)/\(asset.size)"
        }
        guard range.length > 0 else {
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer()))
        }
        let wanted = DownloadAssetRequest.with {
            ($0.experiment, $0.assetID) = (ref, id)
            // Asked for as a whole, its digest is checked on the way.
            ($0.from, $0.length) = range.isPart ? (range.from, range.length) : (0, 0)
        }
        let body = ResponseBody.streamed(contentLength: Int(range.length)) { output in
            try await artifact.read(wanted, call) { try await output.write($0) }
        }
        return Response(status: range.isPart ? .partialContent : .ok, headers: headers, body: body)
    }

    /// A link is followed by who asks for that, and only over HTTP; this server follows none.
    private func remote(_ asset: AssetRecord, _ request: Request) throws -> Response {
        let mayRedirect = try Query(request).flag("allow301")
        guard mayRedirect, asset.link.hasPrefix("https://") || asset.link.hasPrefix("http://"),
            asset.link.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else {
            throw Failure(.invalid, "This file is kept elsewhere: \(asset.link)", reason: "asset_remote")
        }
        return Response(status: .found, headers: [.location: asset.link])
    }
}
