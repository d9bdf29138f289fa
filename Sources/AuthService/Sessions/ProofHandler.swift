import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The second step of signing in, proving oneself again, and changing the password.
struct ProofHandler: Sendable {
    let sessions: Sessions
    let policy: PasswordPolicy

    func finish(_ q: FinishSignInRequest, _ call: Call) async throws -> FinishSignInResponse {
        let draft = Session.Draft(address: q.address, client: q.client, browser: q.browser)
        let name = try await sessions.finish(q.pendingToken, with: try .given(q.proof), beginning: draft)
        return FinishSignInResponse.with {
            $0.token = draft.token.text
            $0.expiresMs = draft.expiresAt.wire
            $0.name = name
            $0.browser = draft.browser.token.text
        }
    }

    func reauthenticate(_ q: ReauthenticateRequest, _ call: Call) async throws -> ReauthenticateResponse {
        let proven = try await sessions.reauthenticate(
            password: q.password, try .given(q.proof), from: q.address, as: call.requireAccess())
        return ReauthenticateResponse.with {
            $0.token = proven.token.text
            $0.expiresMs = proven.expiresAt.wire
        }
    }

    func changePassword(_ q: ChangePasswordRequest, _ call: Call) async throws -> Empty {
        try await sessions.changePassword(
            q.current, to: q.password, policy: policy, from: q.address, as: call.requireAccess())
        return Empty()
    }
}
