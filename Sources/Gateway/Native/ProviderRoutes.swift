import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/providers`, for administrators of the instance, and `/identities`, one's own.
struct ProviderRoutes: Sendable {
    static let bodyBytesMax = 128 << 10
    /// A test asks three addresses, five seconds each.
    static let testWait: Duration = .seconds(20)

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("providers", use: list)
        routes.post("providers", use: create)
        routes.patch("providers/:id", use: change)
        routes.delete("providers/:id", use: delete)
        routes.post("providers/:id/test", use: test)
        routes.get("identities", use: identities)
        routes.delete("identities/:provider", use: removeIdentity)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.reader(request, context).call(context)
        let providers = try await gateway.backends.auth.listProviders(.init(), call).providers
        let names = try await fields(call).names()
        return Reply.json { writer in
            writer.object { writer in
                writer.key("providers")
                writer.array(providers) { $0.provider($1, names) }
            }
        }
    }

    /// The secret goes in, and never comes out.
    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let body = try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
        let kind = try ProviderFields.kind(try body.string("kind"))
        let asked = try await fields(call).changed(ProviderFields.blank(kind), by: body)
        let secret = try body.text("client_secret")
        let made = try await gateway.backends.auth.createProvider(
            .with { ($0.provider, $0.clientSecret) = (asked, secret) }, call
        ).provider
        let names = try await fields(call).names()
        return Reply.json(status: .created) { $0.provider(made, names) }
    }

    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let body = try await RequestBytes.document(request, bytesMax: Self.bodyBytesMax)
        let asked = try await fields(call).changed(try await find(context, call), by: body)
        let secret = try body.text("client_secret")
        let made = try await gateway.backends.auth.changeProvider(
            .with { ($0.provider, $0.clientSecret) = (asked, secret) }, call
        ).provider
        let names = try await fields(call).names()
        return Reply.json { $0.provider(made, names) }
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await visitors.writer(request, context).call(context)
        let id = try context.providerID("id")
        _ = try await gateway.backends.auth.deleteProvider(.with { $0.id = id }, call)
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func test(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try context.providerID("id")
        let steps = try await gateway.backends.auth.testProvider(
            .with { $0.id = id }, caller.call(context, deadline: Self.testWait)
        ).steps
        return Reply.json { writer in
            writer.object { writer in
                writer.member("ok", steps.allSatisfy(\.ok))
                writer.key("steps")
                writer.array(steps) { writer, step in
                    writer.object { writer in
                        writer.member("what", step.what)
                        writer.member("ok", step.ok)
                        writer.member("message", step.message)
                    }
                }
            }
        }
    }

    @Sendable private func identities(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let identities = try await gateway.backends.auth.listIdentities(.init(), caller.call(context)).identities
        return Reply.json { writer in
            writer.object { writer in
                writer.key("identities")
                writer.array(identities) { $0.identity($1) }
            }
        }
    }

    @Sendable private func removeIdentity(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try context.providerID("provider")
        _ = try await gateway.backends.auth.removeIdentity(.with { $0.providerID = id }, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Reply.json { $0.object { _ in } }
    }

    private func find(_ context: EdgeContext, _ call: CallContext) async throws -> ProviderRecord {
        let id = try context.providerID("id")
        let all = try await gateway.backends.auth.listProviders(.init(), call).providers
        guard let found = all.first(where: { $0.id == id }) else { throw EdgeContext.noProvider }
        return found
    }

    private func fields(_ call: CallContext) -> ProviderFields {
        ProviderFields(workspaces: gateway.backends.workspace, call: call)
    }
}

extension EdgeContext {
    static let noProvider = Failure(.notFound, "There is no such provider.", reason: "provider_unknown")

    func providerID(_ name: String) throws(Failure) -> Data {
        guard let id = ID<ProviderRecord>(try part(name)) else { throw Self.noProvider }
        return Data(id.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func identity(_ identity: IdentityRecord) {
        object { writer in
            writer.member("provider_id", ID<ProviderRecord>(bytes: identity.providerID)?.text ?? "")
            writer.member("provider", identity.provider)
            writer.member("subject", identity.subject)
            writer.member("name", identity.name)
            writer.member("email", identity.email)
            writer.time("linked_ms", identity.linkedMs)
            writer.time("last_sign_in_ms", identity.lastSignInMs)
        }
    }
}
