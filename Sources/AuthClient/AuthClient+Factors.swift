public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

extension AuthClient {
    // MARK: Proving

    /// Throws `.unauthenticated` with the reason `sign_in_expired`, `second_factor_missing` or `second_factor_refused`;
    /// `.exhausted` (`second_factor_waiting`) and `.forbidden` (`second_factor_locked`) after too many wrong codes.
    public func finishSignIn(
        _ q: FinishSignInRequest, _ context: CallContext
    ) async throws(Failure) -> FinishSignInResponse {
        try await rpc.call(AuthMethod.finishSignIn, q, context)
    }

    /// The session goes on under another token. Throws `.unauthenticated` (`password_refused`), and what `finishSignIn`
    /// throws of the second factor.
    public func reauthenticate(
        _ q: ReauthenticateRequest, _ context: CallContext
    ) async throws(Failure) -> ReauthenticateResponse {
        try await rpc.call(AuthMethod.reauthenticate, q, context)
    }

    /// Throws `.unauthenticated` (`password_refused`), `.invalid` (`password_…`), or `.forbidden` (`reauth_required`).
    @discardableResult
    public func changePassword(_ q: ChangePasswordRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.changePassword, q, context)
    }

    // MARK: The caller's second factor

    public func showFactor(_ q: ShowFactorRequest, _ context: CallContext) async throws(Failure) -> ShowFactorResponse {
        try await rpc.call(AuthMethod.showFactor, q, context, retry: .idempotent)
    }

    /// This and the next three throw `.forbidden` (`session_required`, `reauth_required`).
    public func beginFactor(
        _ q: BeginFactorRequest, _ context: CallContext
    ) async throws(Failure) -> BeginFactorResponse {
        try await rpc.call(AuthMethod.beginFactor, q, context)
    }

    /// Throws `.invalid` (`second_factor_refused`) for a wrong code. The recovery codes are in this answer only.
    public func confirmFactor(
        _ q: ConfirmFactorRequest, _ context: CallContext
    ) async throws(Failure) -> RecoveryCodesResponse {
        try await rpc.call(AuthMethod.confirmFactor, q, context)
    }

    @discardableResult
    public func removeFactor(_ q: RemoveFactorRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.removeFactor, q, context)
    }

    /// Operator only. Throws `.notFound` (`account_unknown`, `second_factor_unknown`).
    @discardableResult
    public func dropFactor(_ q: DropFactorRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.dropFactor, q, context)
    }

    public func renewRecoveryCodes(
        _ q: RenewRecoveryCodesRequest, _ context: CallContext
    ) async throws(Failure) -> RecoveryCodesResponse {
        try await rpc.call(AuthMethod.renewRecoveryCodes, q, context)
    }

    // MARK: Who must have one

    public func showFactorPolicy(
        _ q: ShowFactorPolicyRequest, _ context: CallContext
    ) async throws(Failure) -> FactorPolicyResponse {
        try await rpc.call(AuthMethod.showFactorPolicy, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`second_factor_missing`) for who has none themself.
    @discardableResult
    public func setFactorPolicy(
        _ q: SetFactorPolicyRequest, _ context: CallContext
    ) async throws(Failure) -> FactorPolicyResponse {
        try await rpc.call(AuthMethod.setFactorPolicy, q, context, retry: .idempotent)
    }
}
