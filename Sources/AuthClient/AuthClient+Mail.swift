public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// Mail, and the addresses it goes to.
extension AuthClient {
    /// Answers the same whoever that is. Throws `.exhausted` after too many, `.conflict` (`mail_not_configured`).
    @discardableResult
    public func requestReset(_ q: RequestResetRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.requestReset, q, context)
    }

    /// The caller's own address. Needs a session.
    public func showEmail(_ q: ShowEmailRequest, _ context: CallContext) async throws(Failure) -> ShowEmailResponse {
        try await rpc.call(AuthMethod.showEmail, q, context, retry: .idempotent)
    }

    /// Sends the link that makes an address the caller's. Needs a session that was proven recently.
    @discardableResult
    public func changeEmail(_ q: ChangeEmailRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.changeEmail, q, context)
    }

    /// Spends such a link. Throws `.notFound` (`token_unknown`), or `.conflict` when the address is another's.
    public func confirmEmail(
        _ q: ConfirmEmailRequest, _ context: CallContext
    ) async throws(Failure) -> ConfirmEmailResponse {
        try await rpc.call(AuthMethod.confirmEmail, q, context)
    }

    /// For administrators of the instance: what waits, was sent and was given up.
    public func showMail(_ q: ShowMailRequest, _ context: CallContext) async throws(Failure) -> ShowMailResponse {
        try await rpc.call(AuthMethod.showMail, q, context, retry: .idempotent)
    }

    public func retryMail(_ q: RetryMailRequest, _ context: CallContext) async throws(Failure) -> RetryMailResponse {
        try await rpc.call(AuthMethod.retryMail, q, context)
    }

    /// Sends a mail now. Throws `.conflict` (`mail_not_configured`).
    public func testMail(_ q: TestMailRequest, _ context: CallContext) async throws(Failure) -> TestMailResponse {
        try await rpc.call(AuthMethod.testMail, q, context)
    }
}
