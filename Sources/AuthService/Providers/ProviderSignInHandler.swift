import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ProviderSignInHandler: Sendable {
    let signIns: ProviderSignIns
    let providers: Providers

    func begin(_ q: BeginProviderSignInRequest, _ call: Call) async throws -> BeginProviderSignInResponse {
        let departure = try await signIns.begin(
            try ID(wire: q.providerID, "provider"), next: q.next, address: q.address,
            linking: q.link ? try call.requireAccess() : nil)
        return BeginProviderSignInResponse.with {
            $0.url = departure.url
            $0.browserToken = departure.browser.text
            $0.expiresMs = departure.expiresAt.wire
        }
    }

    func finish(_ q: FinishProviderSignInRequest, _ call: Call) async throws -> FinishProviderSignInResponse {
        let back = ProviderSignIns.Return(
            provider: try ID(wire: q.providerID, "provider"), browser: q.browserToken, state: q.state, code: q.code,
            issuer: q.hasIssuer_p ? q.issuer : nil, error: q.error)
        let draft = Session.Draft(address: q.address, client: q.client)
        let outcome = try await signIns.finish(back, as: call.access, beginning: draft)
        return FinishProviderSignInResponse.with {
            switch outcome {
            case .linked(let next): $0.next = next
            case .pending(let pending, let next): ($0.next, $0.pendingToken) = (next, pending.token.text)
            case .signedIn(let next):
                $0.next = next
                $0.token = draft.token.text
                $0.expiresMs = draft.expiresAt.wire
            }
        }
    }

    func identities(_ q: ListIdentitiesRequest, _ call: Call) async throws -> ListIdentitiesResponse {
        let entries = try await providers.identities(as: call.requireAccess())
        return ListIdentitiesResponse.with { $0.identities = entries.map(IdentityRecord.init) }
    }

    func remove(_ q: RemoveIdentityRequest, _ call: Call) async throws -> Empty {
        try await providers.removeIdentity(try ID(wire: q.providerID, "provider"), as: call.requireAccess())
        return Empty()
    }
}

extension IdentityRecord {
    fileprivate init(_ entry: IdentityEntry) {
        self.init()
        providerID = entry.provider.wire
        provider = entry.label
        subject = entry.subject
        name = entry.name
        email = entry.email
        linkedMs = entry.linkedAt.wire
        lastSignInMs = entry.lastSignInAt.wire
    }
}
