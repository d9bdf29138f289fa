import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct SessionHandler: Sendable {
    let sessions: Sessions

    func signIn(_ q: SignInRequest, _ call: Call) async throws -> SignInResponse {
        let draft = Session.Draft(address: q.address, client: q.client)
        try await sessions.signIn(name: q.name, password: q.password, beginning: draft)
        return SignInResponse.with {
            $0.token = draft.token.text
            $0.expiresMs = draft.expiresAt.wire
        }
    }

    func authenticate(_ q: AuthenticateSessionRequest, _ call: Call) async throws -> AuthenticateResponse {
        let proof = try await sessions.authenticate(q.token)
        return AuthenticateResponse.with {
            $0.access = Data(proof.access)
            $0.csrfToken = proof.csrf
        }
    }

    func signOut(_ q: SignOutRequest, _ call: Call) async throws -> Empty {
        try await sessions.signOut(q.token)
        return Empty()
    }
}
