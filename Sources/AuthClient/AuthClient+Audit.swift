public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// The audit log, what the operator does, and what a gateway counts.
extension AuthClient {
    /// Without a workspace the log of the instance; with a key of the caller's own, what that did anywhere.
    public func listAudit(_ q: ListAuditRequest, _ context: CallContext) async throws(Failure) -> ListAuditResponse {
        try await rpc.call(AuthMethod.listAudit, q, context, retry: .idempotent)
    }

    /// Every row, the oldest first. Throws what `body` throws, or `Failure`.
    public func exportAudit<T>(
        _ q: ExportAuditRequest, _ context: CallContext, _ body: (IncomingMessages<AuditRecord>) async throws -> T
    ) async throws -> T {
        try await rpc.download(AuthMethod.exportAudit, q, context) { (_: Empty, rows: Incoming) in
            try await body(IncomingMessages(rows))
        }
    }

    @discardableResult
    public func recordExposures(_ q: RecordExposuresRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.recordExposures, q, context)
    }

    @discardableResult
    public func recordRefusals(_ q: RecordRefusalsRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.recordRefusals, q, context)
    }

    /// Needs the operator's connection, as the next three do.
    public func operatorAccess(
        _ q: OperatorAccessRequest, _ context: CallContext
    ) async throws(Failure) -> OperatorAccessResponse {
        try await rpc.call(AuthMethod.operatorAccess, q, context)
    }

    public func listAuditChains(_ context: CallContext) async throws(Failure) -> ListAuditChainsResponse {
        try await rpc.call(AuthMethod.listAuditChains, ListAuditChainsRequest(), context, retry: .idempotent)
    }

    /// Reads a chain from its beginning: seconds for a million rows.
    public func verifyAudit(
        _ q: VerifyAuditRequest, _ context: CallContext
    ) async throws(Failure) -> VerifyAuditResponse {
        try await rpc.call(AuthMethod.verifyAudit, q, context, retry: .idempotent)
    }

    /// Spent at once: not tried again.
    public func takeTokens(_ q: TakeTokensRequest, _ context: CallContext) async throws(Failure) -> TakeTokensResponse {
        try await rpc.call(AuthMethod.takeTokens, q, context)
    }
}
