import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages
import WorkspaceClient

/// `/keys` and `/accounts`. Keys are made in a browser's session, never by another key.
struct KeyRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("keys", use: list)
        routes.post("keys", use: create)
        routes.delete("keys/:id", use: revoke)
        routes.post("accounts", use: createAccount)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let keys = try await gateway.backends.auth.listKeys(.init(), caller.call(context)).keys
        return Reply.json { writer in
            writer.object { writer in
                writer.key("keys")
                writer.array(keys) { $0.key($1) }
            }
        }
    }

    /// `limits.workspaces` names workspaces; the secret is in this answer only.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let limits = try body.fieldsIfAny("limits")
        let actions = try limits?.strings("actions") ?? []
        var workspaces: [Data] = []
        for name in try limits?.strings("workspaces") ?? [] {
            let found = try await gateway.backends.workspace.find(.with { $0.name = name }, caller.call(context))
            workspaces.append(found.workspace.id)
        }
        let asked = try CreateKeyRequest.with {
            $0.name = try body.string("name")
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
        }
        let limitedTo = workspaces
        let made = try await gateway.backends.auth.createKey(
            .with {
                $0 = asked
                guard !actions.isEmpty || !limitedTo.isEmpty else { return }
                $0.limits = .with { ($0.actions, $0.workspaceIds) = (actions, limitedTo) }
            }, caller.call(context))
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("key")
                writer.key(made.key)
                writer.member("secret", made.secret)
            }
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        guard let id = ID<Model.Credential>(try context.part("id")) else {
            throw Failure(.notFound, "There is no such key.")
        }
        _ = try await gateway.backends.auth.revokeKey(.with { $0.id = Data(id.bytes) }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    /// The link sets the first password; it works once.
    @Sendable private func createAccount(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let account = try (name: body.string("name"), email: body.text("email"))
        let made = try await gateway.backends.auth.createAccount(
            .with { ($0.name, $0.email) = account }, caller.call(context))
        let link = gateway.origin.base(of: request, context) + "/setup/" + made.setupToken
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.member("id", ID<Account>(bytes: made.id)?.text ?? "")
                writer.member("name", account.name)
                writer.member("setup_link", link)
            }
        }
    }
}

extension JSONWriter {
    mutating func key(_ key: KeyRecord) {
        object { writer in
            writer.member("id", ID<Model.Credential>(bytes: key.id)?.text ?? "")
            writer.member("name", key.name)
            writer.member("hint", key.hint)
            writer.key("actions")
            writer.array(key.limits.actions) { $0.string($1) }
            writer.time("created_ms", key.createdMs)
            writer.time("expires_ms", key.expiresMs)
            writer.time("revoked_ms", key.revokedMs)
            writer.time("last_used_ms", key.lastUsedMs)
            writer.member("last_address", key.lastAddress)
            writer.member("last_client", key.lastClient)
        }
    }

    /// Epoch milliseconds; zero is "never" and reads as `null`.
    mutating func time(_ name: String, _ milliseconds: Int64) {
        if milliseconds == 0 { nullMember(name) } else { member(name, milliseconds) }
    }

    /// A step or epoch: NaN is "none".
    mutating func step(_ name: String, _ value: Double) {
        if value.isNaN { nullMember(name) } else { member(name, value) }
    }

    /// JSON has no number for them: `"NaN"`, `"Infinity"`, `"-Infinity"`.
    mutating func measured(_ value: Double) {
        if value.isFinite {
            double(value)
        } else {
            string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        }
    }
}
