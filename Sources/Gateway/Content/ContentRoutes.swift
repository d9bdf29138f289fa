import ArtifactClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// The second listener: shows what a ticket names. It looks at no cookie and at no key.
struct ContentRoutes: Sendable {
    /// An HTML file is shown whole or not at all.
    static let bytesMax: Int64 = 64 << 20

    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        router.get("view/:ticket", use: view)
    }

    @Sendable private func view(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let seal = gateway.config.contentSeal else { throw ContentLinks.off }
        let ticket = try ContentTicket(try context.part("ticket"), openedBy: seal)
        let call = CallContext(access: ticket.access, deadline: .seconds(60), trace: context.requestID)
        switch ticket.thing {
        case .html: return try await html(ticket, call)
        case .asset(let id): return try await asset(id, ticket, call)
        }
    }

    private func html(_ ticket: ContentTicket, _ call: CallContext) async throws -> Response {
        let found = try await gateway.backends.tracking.document(
            .with { ($0.key, $0.kind) = (ticket.experiment, "html") }, call)
        return Response(
            status: .ok, headers: ContentFields.fields(.html, site: ticket.site),
            body: .init(byteBuffer: ByteBuffer(string: found.content)))
    }

    private func asset(_ id: String, _ ticket: ContentTicket, _ call: CallContext) async throws -> Response {
        let ref = try await gateway.backends.tracking.locate(.with { $0.key = ticket.experiment }, call).ref
        let artifact = gateway.backends.artifact
        let asset = try await artifact.get(.with { ($0.experiment, $0.assetID) = (ref, id) }, call).asset
        guard let kind = ContentFields.Kind(asset), asset.size <= Self.bytesMax else { throw ContentLinks.notShown }
        let wanted = DownloadAssetRequest.with { ($0.experiment, $0.assetID) = (ref, id) }
        let body = ResponseBody.streamed(contentLength: Int(asset.size)) { output in
            try await artifact.read(wanted, call) { try await output.write($0) }
        }
        return Response(status: .ok, headers: ContentFields.fields(kind, site: ticket.site), body: body)
    }
}
