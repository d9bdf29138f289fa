import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import QRCode
import SwiftProtobuf
import WireMessages
import WorkspaceClient

/// `/second-factor` and `/password`: what somebody signs in with. Sessions only, and most of it only in one that was
/// proven recently (403, `reauth_required`).
struct FactorRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("second-factor", use: show)
        routes.post("second-factor", use: begin)
        routes.delete("second-factor", use: remove)
        routes.post("second-factor/confirm", use: confirm)
        routes.post("second-factor/recovery-codes", use: renewCodes)
        routes.delete("accounts/:id/second-factor", use: removeOf)
        routes.put("password", use: changePassword)
        routes.get("second-factor-policy", use: showPolicy)
        routes.put("second-factor-policy", use: setPolicy)
        routes.get("workspaces/:workspace/second-factor-policy", use: showPolicy)
        routes.put("workspaces/:workspace/second-factor-policy", use: setPolicy)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let found = try await gateway.backends.auth.showFactor(.init(), caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.member("enrolled", found.enrolled)
                writer.time("since_ms", found.sinceMs)
                writer.member("recovery_codes_left", Int64(found.recoveryCodesLeft))
                writer.member("required", found.required)
                writer.time("proved_ms", found.provedMs)
            }
        }
    }

    /// The secret is in this answer only.
    @Sendable private func begin(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let begun = try await gateway.backends.auth.beginFactor(.init(), caller.call(context))
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.member("uri", begun.uri)
                writer.member("secret", begun.secret)
                writer.member("picture_svg", QRCode(begun.uri)?.svg ?? "")
                writer.member("expires_ms", begun.expiresMs)
            }
        }
    }

    @Sendable private func confirm(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let code = try body.string("code")
        let address = context.address
        let given = try await gateway.backends.auth.confirmFactor(
            .with { ($0.code, $0.address) = (code, address) }, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Self.codes(given)
    }

    @Sendable private func renewCodes(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let address = context.address
        let given = try await gateway.backends.auth.renewRecoveryCodes(
            .with { $0.address = address }, caller.call(context))
        return Self.codes(given)
    }

    private static func codes(_ given: RecoveryCodesResponse) -> Response {
        Reply.json { writer in
            writer.object { writer in
                writer.key("recovery_codes")
                writer.array(given.codes) { $0.string($1) }
            }
        }
    }

    @Sendable private func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await remove(of: nil, request, context)
    }

    @Sendable private func removeOf(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await remove(of: try context.part("id"), request, context)
    }

    private func remove(of account: String?, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try account.map { text throws(Failure) in
            guard let id = ID<Account>(text) else { throw Failure(.notFound, "There is no such account.") }
            return id
        }
        let address = context.address
        _ = try await gateway.backends.auth.removeFactor(
            .with { ($0.accountID, $0.address) = (Data(id?.bytes ?? []), address) }, caller.call(context))
        gateway.authenticator.forget(id ?? caller.principal)
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func changePassword(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let passwords = try (body.string("current"), body.string("password"))
        let address = context.address
        _ = try await gateway.backends.auth.changePassword(
            .with { ($0.current, $0.password, $0.address) = (passwords.0, passwords.1, address) },
            caller.call(context, deadline: SessionRoutes.signInWait))
        gateway.authenticator.forget(caller.principal)
        return Reply.json { $0.object { _ in } }
    }
}
