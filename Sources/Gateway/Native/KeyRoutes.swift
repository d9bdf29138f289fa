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

    /// The secret is in this answer only.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let limits = try await limits(try body.fieldsIfAny("limits"), caller.call(context))
        let asked = try CreateKeyRequest.with {
            $0.name = try body.string("name")
            $0.expiresMs = try body.integerIfAny("expires_ms") ?? 0
        }
        let made = try await gateway.backends.auth.createKey(
            .with {
                $0 = asked
                if limits != KeyLimitsClaim() { $0.limits = limits }
            }, caller.call(context))
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("key")
                writer.key(made.key)
                writer.member("secret", made.secret)
            }
        }
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
        for name in names.0 {
            let found = try await gateway.backends.workspace.find(.with { $0.name = name }, call)
            limits.workspaceIds.append(found.workspace.id)
        }
        for name in names.1 {
            let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw Failure(
                    .invalid, "limits.projects holds \"workspace/project\", not \"\(name.prefix(100))\".",
                    reason: "limits_invalid")
            }
            let found = try await gateway.backends.workspace.resolveProject(
                .with { ($0.workspaceName, $0.projectName) = (parts[0], parts[1]) }, call)
            limits.projectIds.append(found.project.id)
        }
        return limits
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
