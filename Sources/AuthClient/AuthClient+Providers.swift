public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// Single sign-on: providers, sign-ins through them, and one's own identities.
extension AuthClient {
    // MARK: Providers, for administrators of the instance

    public func listProviders(
        _ q: ListProvidersRequest, _ context: CallContext
    ) async throws(Failure) -> ListProvidersResponse {
        try await rpc.call(AuthMethod.listProviders, q, context, retry: .idempotent)
    }

    /// Throws `.invalid` (`provider_invalid`), or `.forbidden` (`role_above_own`) for the role of a group.
    public func createProvider(
        _ q: CreateProviderRequest, _ context: CallContext
    ) async throws(Failure) -> CreateProviderResponse {
        try await rpc.call(AuthMethod.createProvider, q, context)
    }

    /// Throws `.conflict` (`provider_ground`) when what identities rest on would change.
    public func changeProvider(
        _ q: ChangeProviderRequest, _ context: CallContext
    ) async throws(Failure) -> ChangeProviderResponse {
        try await rpc.call(AuthMethod.changeProvider, q, context, retry: .idempotent)
    }

    @discardableResult
    public func deleteProvider(_ q: DeleteProviderRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteProvider, q, context)
    }

    public func testProvider(
        _ q: TestProviderRequest, _ context: CallContext
    ) async throws(Failure) -> TestProviderResponse {
        try await rpc.call(AuthMethod.testProvider, q, context)
    }

    // MARK: Signing in

    public func offeredProviders(
        _ q: OfferedProvidersRequest, _ context: CallContext
    ) async throws(Failure) -> OfferedProvidersResponse {
        try await rpc.call(AuthMethod.offeredProviders, q, context, retry: .idempotent)
    }

    /// Throws `.unavailable` (`provider_unreachable`) when the provider does not answer.
    public func beginProviderSignIn(
        _ q: BeginProviderSignInRequest, _ context: CallContext
    ) async throws(Failure) -> BeginProviderSignInResponse {
        try await rpc.call(AuthMethod.beginProviderSignIn, q, context)
    }

    /// Throws `.unauthenticated` (`provider_sign_in_refused`), whichever check says no.
    public func finishProviderSignIn(
        _ q: FinishProviderSignInRequest, _ context: CallContext
    ) async throws(Failure) -> FinishProviderSignInResponse {
        try await rpc.call(AuthMethod.finishProviderSignIn, q, context)
    }

    /// A provider's logout token. Throws `.invalid` (`invalid_request`), whichever check says no.
    public func endProviderSessions(
        _ q: EndProviderSessionsRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.endProviderSessions, q, context)
    }

    /// Throws `.unauthenticated` (`sign_in_refused`, `provider_sign_in_refused`), or `.unavailable`
    /// (`provider_unreachable`) when the directory does not answer.
    public func signInAtDirectory(
        _ q: SignInAtDirectoryRequest, _ context: CallContext
    ) async throws(Failure) -> SignInResponse {
        try await rpc.call(AuthMethod.signInAtDirectory, q, context)
    }

    // MARK: One's own identities; all need a session

    /// Throws as `signInAtDirectory`, or `.forbidden` (`reauth_required`).
    @discardableResult
    public func joinDirectory(_ q: JoinDirectoryRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.joinDirectory, q, context)
    }

    public func listIdentities(
        _ q: ListIdentitiesRequest, _ context: CallContext
    ) async throws(Failure) -> ListIdentitiesResponse {
        try await rpc.call(AuthMethod.listIdentities, q, context, retry: .idempotent)
    }

    /// Throws `.conflict` (`last_way_in`).
    @discardableResult
    public func removeIdentity(_ q: RemoveIdentityRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.removeIdentity, q, context)
    }
}
