import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/trusts`: which tokens of other issuers are worth a short key of a service account.
struct TrustRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("trusts", use: list)
        routes.post("trusts", use: create)
        routes.delete("trusts/:id", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let account = try Data(idText: Query(request).required("service_account"), "service account")
        let asked = ListTrustsRequest.with { $0.accountID = account }
        let trusts = try await gateway.backends.auth.listTrusts(asked, caller.call(context)).trusts
        return Reply.json { writer in
            writer.object { writer in
                writer.key("trusts")
                writer.array(trusts) { $0.trust($1) }
            }
        }
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let account = try Data(idText: body.string("service_account"), "service account")
        let claims = try body.objects("claims")
        var trust = TrustRecord()
        trust.accountID = account
        trust.label = try body.string("name")
        trust.issuer = try body.string("issuer")
        trust.audience = try body.text("audience")
        if trust.audience.isEmpty { trust.audience = gateway.origin.base(of: request, context) }
        trust.rules = try claims.map { rule in
            let (claim, pattern) = try (rule.string("claim"), rule.string("pattern"))
            return .with { ($0.claim, $0.pattern) = (claim, pattern) }
        }
        trust.actions = try body.strings("actions")
        trust.keySeconds = try body.integerIfAny("key_seconds") ?? 0
        let wanted = trust
        let made = try await gateway.backends.auth.createTrust(.with { $0.trust = wanted }, caller.call(context)).trust
        return Reply.json(status: .created) { $0.trust(made) }
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "rule")
        _ = try await gateway.backends.auth.deleteTrust(.with { $0.id = id }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }
}

extension JSONWriter {
    fileprivate mutating func trust(_ trust: TrustRecord) {
        object { writer in
            writer.member("id", trust.id.idText)
            writer.member("service_account", trust.accountID.idText)
            writer.member("name", trust.label)
            writer.member("issuer", trust.issuer)
            writer.member("audience", trust.audience)
            writer.key("claims")
            writer.array(trust.rules) { writer, rule in
                writer.object { writer in
                    writer.member("claim", rule.claim)
                    writer.member("pattern", rule.pattern)
                }
            }
            writer.strings("actions", trust.actions)
            writer.member("key_seconds", trust.keySeconds)
            writer.time("created_ms", trust.createdMs)
            writer.time("last_used_ms", trust.lastUsedMs)
        }
    }
}
