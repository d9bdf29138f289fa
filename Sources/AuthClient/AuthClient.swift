public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// The auth service's calls, one method each. All throw `Failure` and nothing else.
///
/// What reads, and what may be done twice without harm, is tried again when the connection breaks; what signs in,
/// makes a key or spends a token is not: its answer cannot be had twice.
public struct AuthClient: Sendable {
    public let rpc: RPCClient

    public init(rpc: RPCClient) {
        self.rpc = rpc
    }

    // MARK: Who is it?

    /// Throws `.unauthenticated` with the reason `key_unknown`, `key_expired` or `key_revoked`.
    public func authenticateKey(
        _ q: AuthenticateKeyRequest, _ context: CallContext
    ) async throws(Failure) -> AuthenticateResponse {
        try await rpc.call(AuthMethod.authenticateKey, q, context, retry: .idempotent)
    }

    /// Throws `.unauthenticated` with the reason `session_unknown` or `session_expired`.
    public func authenticateSession(
        _ q: AuthenticateSessionRequest, _ context: CallContext
    ) async throws(Failure) -> AuthenticateResponse {
        try await rpc.call(AuthMethod.authenticateSession, q, context, retry: .idempotent)
    }

    /// Throws `.unauthenticated` with the reason `sign_in_refused`, whatever was wrong; `.exhausted` after too many.
    /// An answer without a token is half a sign-in: see `finishSignIn`.
    public func signIn(_ q: SignInRequest, _ context: CallContext) async throws(Failure) -> SignInResponse {
        try await rpc.call(AuthMethod.signIn, q, context)
    }

    @discardableResult
    public func signOut(_ q: SignOutRequest, _ context: CallContext) async throws(Failure) -> SignOutResponse {
        try await rpc.call(AuthMethod.signOut, q, context, retry: .idempotent)
    }

    /// The caller's sessions that are alive. Needs a session: throws `.forbidden` (`session_required`) for a key.
    public func listSessions(
        _ q: ListSessionsRequest, _ context: CallContext
    ) async throws(Failure) -> ListSessionsResponse {
        try await rpc.call(AuthMethod.listSessions, q, context, retry: .idempotent)
    }

    /// Needs a session. Throws `.notFound` for an id that names no living session of the caller.
    public func endSessions(
        _ q: EndSessionsRequest, _ context: CallContext
    ) async throws(Failure) -> EndSessionsResponse {
        try await rpc.call(AuthMethod.endSessions, q, context)
    }

    /// Spends a one-time link and signs in. Throws `.notFound` (`token_unknown`) or `.invalid` (`password_…`).
    public func setPasswordByToken(
        _ q: SetPasswordByTokenRequest, _ context: CallContext
    ) async throws(Failure) -> SetPasswordByTokenResponse {
        try await rpc.call(AuthMethod.setPasswordByToken, q, context)
    }

    // MARK: The caller's own keys

    /// Needs a session: throws `.forbidden` (`session_required`) for a key. With an owner, a service account's.
    public func createKey(_ q: CreateKeyRequest, _ context: CallContext) async throws(Failure) -> CreateKeyResponse {
        try await rpc.call(AuthMethod.createKey, q, context)
    }

    public func listKeys(_ q: ListKeysRequest, _ context: CallContext) async throws(Failure) -> ListKeysResponse {
        try await rpc.call(AuthMethod.listKeys, q, context, retry: .idempotent)
    }

    @discardableResult
    public func revokeKey(_ q: RevokeKeyRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.revokeKey, q, context, retry: .idempotent)
    }

    /// A key in the place of another. Throws `.conflict` (`key_not_replaceable`).
    public func replaceKey(_ q: ReplaceKeyRequest, _ context: CallContext) async throws(Failure) -> CreateKeyResponse {
        try await rpc.call(AuthMethod.replaceKey, q, context)
    }

    public func revokeAllKeys(
        _ q: RevokeAllKeysRequest, _ context: CallContext
    ) async throws(Failure) -> RevokeAllKeysResponse {
        try await rpc.call(AuthMethod.revokeAllKeys, q, context, retry: .idempotent)
    }
}

extension AuthClient {
    // MARK: Members and accounts

    /// Gives a role, in place of the one held there before. Throws `.conflict` (`last_owner`).
    @discardableResult
    public func setGrant(_ q: SetGrantRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.setGrant, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`last_owner`).
    @discardableResult
    public func removeGrant(_ q: RemoveGrantRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.removeGrant, q, context, retry: .idempotent)
    }

    public func listMembers(_ q: ListMembersRequest, _ context: CallContext) async throws(Failure)
        -> ListMembersResponse
    {
        try await rpc.call(AuthMethod.listMembers, q, context, retry: .idempotent)
    }

    /// The answer's one-time token lets the new person choose a password. Throws `.conflict` (`account_exists`).
    public func createAccount(
        _ q: CreateAccountRequest, _ context: CallContext
    ) async throws(Failure) -> CreateAccountResponse {
        try await rpc.call(AuthMethod.createAccount, q, context)
    }

    public func findAccounts(
        _ q: FindAccountsRequest, _ context: CallContext
    ) async throws(Failure) -> FindAccountsResponse {
        try await rpc.call(AuthMethod.findAccounts, q, context, retry: .idempotent)
    }

    // MARK: Audit and beginnings

    @discardableResult
    public func recordAudit(_ q: RecordAuditRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.recordAudit, q, context)
    }

    /// Throws `.conflict` (`already_bootstrapped`) when there is an account.
    public func bootstrap(_ q: BootstrapRequest, _ context: CallContext) async throws(Failure) -> BootstrapResponse {
        try await rpc.call(AuthMethod.bootstrap, q, context)
    }
}
