public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// People and groups that a provider keeps here, by its key of provisioning. What is another's is `.notFound`.
extension AuthClient {
    public func listProvisionedUsers(
        _ q: ListProvisionedUsersRequest, _ context: CallContext
    ) async throws(Failure) -> ListProvisionedUsersResponse {
        try await rpc.call(AuthMethod.listProvisionedUsers, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`uniqueness`, `precondition_failed`), or `.forbidden` (`account_administers`).
    public func saveProvisionedUser(
        _ q: SaveProvisionedUserRequest, _ context: CallContext
    ) async throws(Failure) -> SaveProvisionedUserResponse {
        try await rpc.call(AuthMethod.saveProvisionedUser, q, context)
    }

    @discardableResult
    public func deleteProvisionedUser(
        _ q: DeleteProvisionedUserRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteProvisionedUser, q, context)
    }

    public func listProvisionedGroups(
        _ q: ListProvisionedGroupsRequest, _ context: CallContext
    ) async throws(Failure) -> ListProvisionedGroupsResponse {
        try await rpc.call(AuthMethod.listProvisionedGroups, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`uniqueness`, `precondition_failed`).
    public func saveProvisionedGroup(
        _ q: SaveProvisionedGroupRequest, _ context: CallContext
    ) async throws(Failure) -> SaveProvisionedGroupResponse {
        try await rpc.call(AuthMethod.saveProvisionedGroup, q, context)
    }

    @discardableResult
    public func deleteProvisionedGroup(
        _ q: DeleteProvisionedGroupRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteProvisionedGroup, q, context)
    }

    // MARK: Its keys, for administrators of the instance

    /// The answer alone holds the secret. Throws `.forbidden` (`reauth_required`).
    public func createProvisioningKey(
        _ q: CreateProvisioningKeyRequest, _ context: CallContext
    ) async throws(Failure) -> CreateKeyResponse {
        try await rpc.call(AuthMethod.createProvisioningKey, q, context)
    }

    public func listProvisioningKeys(
        _ q: ListProvisioningKeysRequest, _ context: CallContext
    ) async throws(Failure) -> ListProvisioningKeysResponse {
        try await rpc.call(AuthMethod.listProvisioningKeys, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`key_not_replaceable`).
    public func replaceProvisioningKey(
        _ q: ReplaceProvisioningKeyRequest, _ context: CallContext
    ) async throws(Failure) -> CreateKeyResponse {
        try await rpc.call(AuthMethod.replaceProvisioningKey, q, context)
    }

    @discardableResult
    public func revokeProvisioningKey(
        _ q: RevokeProvisioningKeyRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.revokeProvisioningKey, q, context)
    }
}
