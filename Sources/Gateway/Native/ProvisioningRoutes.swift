import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/providers/{id}/scim-tokens`: the keys by which a provider keeps people and groups here. For administrators of the
/// instance.
struct ProvisioningRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("providers/:id/scim-tokens", use: list)
        routes.post("providers/:id/scim-tokens", use: create)
        routes.delete("providers/:id/scim-tokens/:token", use: revoke)
        routes.post("providers/:id/scim-tokens/:token/replacement", use: replace)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.reader(request, context).call(context)
        let id = try context.providerID("id")
        let standing = try await gateway.backends.auth.listProvisioningKeys(.with { $0.providerID = id }, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("base_url", gateway.origin.base(of: request, context) + "/scim/v2")
                writer.member("users", Int64(standing.users))
                writer.member("groups", Int64(standing.groups))
                writer.key("tokens")
                writer.array(standing.keys) { $0.scimToken($1) }
            }
        }
    }

    /// The secret is in this answer only.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let asked = try CreateProvisioningKeyRequest.with {
            $0.providerID = try context.providerID("id")
            $0.name = try body.string("name")
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
            $0.addressRanges = try body.strings("address_ranges")
        }
        return Self.handOut(try await gateway.backends.auth.createProvisioningKey(asked, call))
    }

    /// The one before works on for `grace_seconds`, a day unless told: a directory is not given another at once.
    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let asked = try ReplaceProvisioningKeyRequest.with {
            ($0.providerID, $0.id) = (
                try context.providerID("id"), try Data(idText: try context.part("token"), "token")
            )
            $0.graceMs = try min(max(body.integerIfAny("grace_seconds") ?? 86_400, -1), 1 << 40) * 1000
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
        }
        return Self.handOut(try await gateway.backends.auth.replaceProvisioningKey(asked, call))
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let asked = try RevokeProvisioningKeyRequest.with {
            ($0.providerID, $0.id) = (
                try context.providerID("id"), try Data(idText: try context.part("token"), "token")
            )
        }
        _ = try await gateway.backends.auth.revokeProvisioningKey(asked, call)
        return Reply.json { $0.object { _ in } }
    }

    private static func handOut(_ made: CreateKeyResponse) -> Response {
        Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("token")
                writer.scimToken(made.key)
                writer.member("secret", made.secret)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func scimToken(_ key: KeyRecord) {
        object { writer in
            writer.member("id", key.id.idText)
            writer.member("name", key.name)
            writer.member("hint", key.hint)
            writer.standing(of: key)
        }
    }
}
