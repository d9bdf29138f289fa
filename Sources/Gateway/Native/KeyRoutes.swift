import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// `/keys`. They are made in a browser's session, never by another key; `owner` is the id of a service account that the
/// caller looks after.
struct KeyRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    private var places: Places { Places(gateway: gateway) }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("keys", use: list)
        routes.post("keys", use: create)
        routes.delete("keys", use: revokeAll)
        routes.delete("keys/:id", use: revoke)
        routes.post("keys/:id/replacement", use: replace)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let owner = try Query(request)["owner"]
        let asked = try ListKeysRequest.with { if !owner.isEmpty { $0.ownerID = try Data(idText: owner, "account") } }
        let call = caller.call(context)
        let keys = try await gateway.backends.auth.listKeys(asked, call).keys
        let names = try await KeyNames(keys, places, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("keys")
                writer.array(keys) { $0.key($1, names) }
            }
        }
    }

    /// The secret is in this answer only.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: 128 << 10)
        let limits = try await limits(try body.fieldsIfAny("limits"), caller.call(context))
        let owner = try body.text("owner")
        let asked = try CreateKeyRequest.with {
            $0.name = try body.string("name")
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
            $0.addressRanges = try body.strings("address_ranges")
            if !owner.isEmpty { $0.ownerID = try Data(idText: owner, "account") }
            if limits != KeyLimitsClaim() { $0.limits = limits }
        }
        return try await handOut(gateway.backends.auth.createKey(asked, caller.call(context)), caller.call(context))
    }

    /// The same name and limits, a new secret; the old key works on for `grace_seconds`, an hour unless told.
    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "key")
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let asked = try ReplaceKeyRequest.with {
            $0.id = id
            $0.graceMs = try min(max(body.integerIfAny("grace_seconds") ?? 3600, -1), 1 << 40) * 1000
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
        }
        return try await handOut(gateway.backends.auth.replaceKey(asked, caller.call(context)), caller.call(context))
    }

    private func handOut(_ made: CreateKeyResponse, _ call: CallContext) async throws -> Response {
        let names = try await KeyNames([made.key], places, call)
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("key")
                writer.key(made.key, names)
                writer.member("secret", made.secret)
            }
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "key")
        _ = try await gateway.backends.auth.revokeKey(.with { $0.id = id }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    /// All of one's own or, with `?owner=ID`, of somebody's whom one looks after.
    @Sendable private func revokeAll(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let owner = try Query(request)["owner"]
        let asked = try RevokeAllKeysRequest.with {
            if !owner.isEmpty { $0.ownerID = try Data(idText: owner, "account") }
        }
        let count = try await gateway.backends.auth.revokeAllKeys(asked, caller.call(context)).count
        return Reply.json { $0.object { $0.member("revoked", Int64(count)) } }
    }

    /// `workspaces` by name, `projects` as `workspace/project`.
    private func limits(_ fields: JSONFields?, _ call: CallContext) async throws -> KeyLimitsClaim {
        guard let fields else { return KeyLimitsClaim() }
        let names = try (fields.strings("workspaces"), fields.strings("projects"))
        var limits = KeyLimitsClaim()
        limits.actions = try fields.strings("actions")
        guard names.0.count <= 1000, names.1.count <= 1000 else {
            throw Failure(.invalid, "A key names at most 1000 workspaces and 1000 projects.", reason: "limits_invalid")
        }
        for name in names.0 { limits.workspaceIds.append(try await places.workspace(name, call)) }
        for name in names.1 { limits.projectIds.append(try await places.project(path: name, call)) }
        return limits
    }
}
