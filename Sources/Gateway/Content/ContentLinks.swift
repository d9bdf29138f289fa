import ArtifactClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// The addresses on the site that frames and images use: each answers with a fresh ticket of the other origin, so that
/// a page may stay open for longer than a ticket lives.
struct ContentLinks: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get(":workspace/:project/:key/assets/:id/view", use: asset)
        routes.get(":workspace/:project/:key/html/view", use: html)
    }

    @Sendable private func asset(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, key, id) = (
            try await visitors.reader(request, context), try context.part("key"), try context.part("id")
        )
        let ref = try await gateway.experiments.ref(key, caller, context)
        let found = try await gateway.backends.artifact.get(
            .with { ($0.experiment, $0.assetID) = (ref, id) }, caller.call(context))
        guard ContentFields.Kind(found.asset) != nil else { throw Self.notShown }
        return try redirect(to: .asset(id: id), of: key, caller, request, context)
    }

    @Sendable private func html(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, key) = (try await visitors.reader(request, context), try context.part("key"))
        _ = try await gateway.experiments.ref(key, caller, context)
        return try redirect(to: .html, of: key, caller, request, context)
    }

    private func redirect(
        to thing: ContentTicket.Thing, of key: String, _ caller: Caller, _ request: Request, _ context: EdgeContext
    ) throws -> Response {
        guard let seal = gateway.config.contentSeal, let base = gateway.origin.content(of: request) else {
            throw Self.off
        }
        let ticket = ContentTicket(
            thing: thing, experiment: key, site: gateway.origin.base(of: request, context), access: caller.access,
            expiresAt: Date(timeIntervalSinceNow: ContentTicket.life))
        var response = Site.redirect(to: "\(base)/view/\(try ticket.text(sealedBy: seal))")
        response.headers[.cacheControl] = "no-store"
        return response
    }

    static let off = Failure(
        .notFound, "This server shows no files of people's own: set HALLEY_CONTENT_URL.", reason: "content_off")
    static let notShown = Failure(.notFound, "A file of this kind is not shown; download it.", reason: "not_shown")
}
