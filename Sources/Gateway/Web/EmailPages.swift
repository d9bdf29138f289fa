import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/forgot`, for who has forgotten their password, and `/confirm/{token}`, where the link of a mail leads to.
struct EmailPages: Sendable {
    let site: Site
    private var gateway: Gateway { site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("forgot", use: showForgot)
        routes.post("forgot", use: forgot)
        routes.get("confirm/:token", use: showConfirm)
        routes.post("confirm/:token", use: confirm)
    }

    @Sendable private func showForgot(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try site.page("forgot", title: "A new password", caller: nil)
    }

    /// The same page whoever that is.
    @Sendable private func forgot(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let (form, address) = (try await Site.form(request), context.address)
        let name = form["name"]
        let call = CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID)
        let asking = await SessionPages.outcome {
            try await gateway.backends.auth.requestReset(.with { ($0.name, $0.address) = (name, address) }, call)
        }
        switch asking {
        case .success: return try site.page("forgot", title: "Look at your mail", caller: nil, ["isAsked": true])
        case .failure(let problem):
            return try site.page(
                "forgot", title: "A new password", caller: nil, status: HTTPStatus.status(for: problem),
                ["problem": problem.message, "name": name])
        }
    }

    /// A form and no more: what looks through mail before people do follows links, and presses no buttons.
    @Sendable private func showConfirm(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try confirmPage(["token": Link.escaped(try context.part("token"))])
    }

    @Sendable private func confirm(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let (token, address) = (try context.part("token"), context.address)
        let call = CallContext(deadline: .seconds(5), trace: context.requestID)
        let confirmed = try await gateway.backends.auth.confirmEmail(
            .with { ($0.token, $0.address) = (token, address) }, call)
        return try confirmPage(["email": confirmed.email])
    }

    private func confirmPage(_ model: [String: Any]) throws -> Response {
        try site.page("confirm-email", title: "Your address", caller: nil, model)
    }
}
