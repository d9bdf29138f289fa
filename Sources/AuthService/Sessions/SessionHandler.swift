import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct SessionHandler: Sendable {
    let sessions: Sessions
    let signOuts: ProviderSignOuts

    func signIn(_ q: SignInRequest, _ call: Call) async throws -> SignInResponse {
        let draft = Session.Draft(address: q.address, client: q.client, browser: q.browser)
        return SignInResponse(
            try await sessions.signIn(name: q.name, password: q.password, beginning: draft), draft)
    }

    func authenticate(_ q: AuthenticateSessionRequest, _ call: Call) async throws -> AuthenticateResponse {
        let proof = try await sessions.authenticate(q.token)
        return AuthenticateResponse.with {
            $0.access = Data(proof.access)
            $0.csrfToken = proof.csrf
        }
    }

    func list(_ q: ListSessionsRequest, _ call: Call) async throws -> ListSessionsResponse {
        let access = try call.requireAccess()
        let entries = try await sessions.list(as: access)
        return ListSessionsResponse.with {
            $0.sessions = entries.map { SessionRecord($0, isThis: $0.id == access.credential) }
        }
    }

    func end(_ q: EndSessionsRequest, _ call: Call) async throws -> EndSessionsResponse {
        let count = try await sessions.end(try ID.optional(q.id, "session"), as: call.requireAccess())
        return EndSessionsResponse.with { $0.count = UInt32(count) }
    }

    func signOut(_ q: SignOutRequest, _ call: Call) async throws -> SignOutResponse {
        guard let ended = try await sessions.signOut(q.token) else { return SignOutResponse() }
        let url = try await signOuts.departure(of: ended)
        return SignOutResponse.with { $0.url = url ?? "" }
    }
}

extension SignInResponse {
    init(_ outcome: SignInOutcome, _ draft: Session.Draft) {
        self.init()
        switch outcome {
        case .session:
            (token, expiresMs) = (draft.token.text, draft.expiresAt.wire)
            browser = draft.browser.token.text
        case .pending(let pending): (pendingToken, pendingExpiresMs) = (pending.token.text, pending.expiresAt.wire)
        }
    }
}

extension SessionRecord {
    fileprivate init(_ entry: SessionEntry, isThis: Bool) {
        self.init()
        id = entry.id.wire
        createdMs = entry.createdAt.wire
        seenMs = entry.seenAt.wire
        expiresMs = entry.endsAt.wire
        address = entry.address
        client = entry.client
        self.isThis = isThis
    }
}
