public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// Administrators of the instance inside workspaces.
extension AuthClient {
    /// Throws `.conflict` (`entry_open`), `.exhausted`, or `.forbidden` (`reauth_required`).
    public func enterWorkspace(_ q: EnterWorkspaceRequest, _ context: CallContext) async throws(Failure)
        -> EnterWorkspaceResponse
    {
        try await rpc.call(AuthMethod.enterWorkspace, q, context)
    }

    @discardableResult
    public func leaveWorkspace(_ q: LeaveWorkspaceRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.leaveWorkspace, q, context)
    }

    public func listEntries(_ q: ListEntriesRequest, _ context: CallContext) async throws(Failure)
        -> ListEntriesResponse
    {
        try await rpc.call(AuthMethod.listEntries, q, context, retry: .idempotent)
    }
}
