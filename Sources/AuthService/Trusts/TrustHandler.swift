import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct TrustHandler: Sendable {
    let trusts: Trusts

    func create(_ q: CreateTrustRequest, _ call: Call) async throws -> CreateTrustResponse {
        let trust = try Trust(asked: q.trust)
        try await trusts.create(trust, as: call.requireAccess())
        return CreateTrustResponse.with { $0.trust = TrustRecord(trust) }
    }

    func list(_ q: ListTrustsRequest, _ call: Call) async throws -> ListTrustsResponse {
        let found = try await trusts.list(of: try ID(wire: q.accountID, "account"), as: call.requireAccess())
        return ListTrustsResponse.with { $0.trusts = found.map(TrustRecord.init) }
    }

    func delete(_ q: DeleteTrustRequest, _ call: Call) async throws -> Empty {
        try await trusts.delete(try ID(wire: q.id, "rule"), as: call.requireAccess())
        return Empty()
    }

    func exchange(_ q: ExchangeTokenRequest, _ call: Call) async throws -> IssuedKey {
        IssuedKey(
            try await trusts.exchange(q.token, for: try ID.optional(q.accountID, "account"), from: q.address))
    }
}

extension Trust {
    /// With an id of its own; not checked yet.
    fileprivate init(asked: TrustRecord) throws {
        self.init(
            id: .fresh(), account: try ID(wire: asked.accountID, "account"), label: asked.label, issuer: asked.issuer,
            audience: asked.audience, rules: asked.rules.map { Rule(claim: $0.claim, pattern: $0.pattern) },
            actions: try Access.Limits(claim: .with { $0.actions = asked.actions }).actions,
            keySeconds: asked.keySeconds == 0 ? Self.secondsDefault : asked.keySeconds, createdAt: Date(),
            lastUsedAt: nil)
    }
}

extension TrustRecord {
    fileprivate init(_ trust: Trust) {
        self.init()
        (id, accountID, label) = (trust.id.wire, trust.account.wire, trust.label)
        (issuer, audience) = (trust.issuer, trust.audience)
        rules = trust.rules.map { rule in .with { ($0.claim, $0.pattern) = (rule.claim, rule.pattern) } }
        actions = trust.actions.map(\.rawValue).sorted()
        (keySeconds, createdMs, lastUsedMs) = (trust.keySeconds, trust.createdAt.wire, trust.lastUsedAt.wire)
    }
}
