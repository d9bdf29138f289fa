public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// Accounts, groups, roles of a workspace's own, invitations, and why somebody may do something.
extension AuthClient {
    public func listAccounts(_ q: ListAccountsRequest, _ context: CallContext) async throws(Failure)
        -> ListAccountsResponse
    {
        try await rpc.call(AuthMethod.listAccounts, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` for the last administrator (`last_owner`) and for oneself (`own_account`).
    @discardableResult
    public func setAccountActive(_ q: SetAccountActiveRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.setAccountActive, q, context, retry: .idempotent)
    }

    /// Its token sets a new password once; links before it are void.
    public func createResetLink(_ q: CreateResetLinkRequest, _ context: CallContext) async throws(Failure)
        -> CreateResetLinkResponse
    {
        try await rpc.call(AuthMethod.createResetLink, q, context)
    }

    /// Throws `.conflict` (`account_exists`).
    public func createServiceAccount(_ q: CreateServiceAccountRequest, _ context: CallContext) async throws(Failure)
        -> CreateServiceAccountResponse
    {
        try await rpc.call(AuthMethod.createServiceAccount, q, context)
    }

    /// Throws `.conflict` (`account_exists`).
    public func createGroup(_ q: CreateGroupRequest, _ context: CallContext) async throws(Failure)
        -> CreateGroupResponse
    {
        try await rpc.call(AuthMethod.createGroup, q, context)
    }

    @discardableResult
    public func changeGroup(_ q: ChangeGroupRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.changeGroup, q, context, retry: .idempotent)
    }

    public func listGroupRoles(_ q: ListGroupRolesRequest, _ context: CallContext) async throws(Failure)
        -> ListGroupRolesResponse
    {
        try await rpc.call(AuthMethod.listGroupRoles, q, context, retry: .idempotent)
    }

    public func listGroupMembers(_ q: ListGroupMembersRequest, _ context: CallContext) async throws(Failure)
        -> ListGroupMembersResponse
    {
        try await rpc.call(AuthMethod.listGroupMembers, q, context, retry: .idempotent)
    }

    @discardableResult
    public func deleteGroup(_ q: DeleteGroupRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteGroup, q, context)
    }

    /// Throws `.conflict` (`role_exists`).
    public func saveRole(_ q: SaveRoleRequest, _ context: CallContext) async throws(Failure) -> SaveRoleResponse {
        try await rpc.call(AuthMethod.saveRole, q, context)
    }

    public func listRoles(_ q: ListRolesRequest, _ context: CallContext) async throws(Failure) -> ListRolesResponse {
        try await rpc.call(AuthMethod.listRoles, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`role_held`) while somebody holds it.
    @discardableResult
    public func deleteRole(_ q: DeleteRoleRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteRole, q, context)
    }

    /// Without actions it lifts what was denied there.
    @discardableResult
    public func setDenial(_ q: SetDenialRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.setDenial, q, context, retry: .idempotent)
    }

    public func listDenials(_ q: ListDenialsRequest, _ context: CallContext) async throws(Failure)
        -> ListDenialsResponse
    {
        try await rpc.call(AuthMethod.listDenials, q, context, retry: .idempotent)
    }

    public func invite(_ q: InviteRequest, _ context: CallContext) async throws(Failure) -> InviteResponse {
        try await rpc.call(AuthMethod.invite, q, context)
    }

    public func listInvitations(_ q: ListInvitationsRequest, _ context: CallContext) async throws(Failure)
        -> ListInvitationsResponse
    {
        try await rpc.call(AuthMethod.listInvitations, q, context, retry: .idempotent)
    }

    @discardableResult
    public func withdrawInvitation(_ q: WithdrawInvitationRequest, _ context: CallContext) async throws(Failure)
        -> Empty
    {
        try await rpc.call(AuthMethod.withdrawInvitation, q, context)
    }

    /// Throws `.notFound` (`token_unknown`).
    public func lookAtInvitation(_ q: LookAtInvitationRequest, _ context: CallContext) async throws(Failure)
        -> LookAtInvitationResponse
    {
        try await rpc.call(AuthMethod.lookAtInvitation, q, context, retry: .idempotent)
    }

    /// For the caller or, without an access, for a new account. Throws `.notFound` (`token_unknown`).
    public func acceptInvitation(_ q: AcceptInvitationRequest, _ context: CallContext) async throws(Failure)
        -> AcceptInvitationResponse
    {
        try await rpc.call(AuthMethod.acceptInvitation, q, context)
    }

    public func explainAccess(_ q: ExplainAccessRequest, _ context: CallContext) async throws(Failure)
        -> ExplainAccessResponse
    {
        try await rpc.call(AuthMethod.explainAccess, q, context, retry: .idempotent)
    }

    public func describeAccess(_ q: DescribeAccessRequest, _ context: CallContext) async throws(Failure)
        -> DescribeAccessResponse
    {
        try await rpc.call(AuthMethod.describeAccess, q, context, retry: .idempotent)
    }
}
