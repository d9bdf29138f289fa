import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ProviderSignInHandler: Sendable {
    let signIns: ProviderSignIns
    let directories: DirectorySignIns
    let providers: Providers
    let signOuts: ProviderSignOuts

    func begin(_ q: BeginProviderSignInRequest, _ call: Call) async throws -> BeginProviderSignInResponse {
        let departure = try await signIns.begin(
            try ID(wire: q.providerID, "provider"), next: q.next, address: q.address,
            linking: q.link ? try call.requireAccess() : nil)
        return BeginProviderSignInResponse.with {
            switch departure {
            case .form(let label): $0.formLabel = label
            case .away(let url, let browser, let expiresAt):
                ($0.url, $0.browserToken, $0.expiresMs) = (url, browser.text, expiresAt.wire)
            }
        }
    }

    func signIn(_ q: SignInAtDirectoryRequest, _ call: Call) async throws -> SignInResponse {
        let draft = Session.Draft(address: q.address, client: q.client, browser: q.browser)
        let attempt = DirectorySignIns.Attempt(
            provider: try ID(wire: q.providerID, "provider"), name: q.name, password: q.password, address: q.address)
        return SignInResponse(try await directories.signIn(attempt, beginning: draft), draft)
    }

    func join(_ q: JoinDirectoryRequest, _ call: Call) async throws -> Empty {
        let attempt = DirectorySignIns.Attempt(
            provider: try ID(wire: q.providerID, "provider"), name: q.name, password: q.password, address: q.address)
        try await directories.join(attempt, as: call.requireAccess())
        return Empty()
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

    func endSessions(_ q: EndProviderSessionsRequest, _ call: Call) async throws -> Empty {
        try await signOuts.end(try ID(wire: q.providerID, "provider"), by: q.logoutToken, from: q.address)
        return Empty()
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
