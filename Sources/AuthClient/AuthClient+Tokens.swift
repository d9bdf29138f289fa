public import Model
import SwiftProtobuf
public import Wire
public import WireMessages

/// Keys that are not made on a page.
extension AuthClient {
    public func beginDevice(_ q: BeginDeviceRequest, _ context: CallContext) async throws(Failure)
        -> BeginDeviceResponse
    {
        try await rpc.call(AuthMethod.beginDevice, q, context)
    }

    public func lookAtDevice(_ q: LookAtDeviceRequest, _ context: CallContext) async throws(Failure)
        -> LookAtDeviceResponse
    {
        try await rpc.call(AuthMethod.lookAtDevice, q, context)
    }

    public func decideDevice(_ q: DecideDeviceRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.decideDevice, q, context)
    }

    /// The key, once; until somebody has decided, refused with the reasons of RFC 8628 §3.5.
    public func redeemDevice(_ q: RedeemDeviceRequest, _ context: CallContext) async throws(Failure) -> IssuedKey {
        try await rpc.call(AuthMethod.redeemDevice, q, context)
    }

    public func exchangeToken(_ q: ExchangeTokenRequest, _ context: CallContext) async throws(Failure) -> IssuedKey {
        try await rpc.call(AuthMethod.exchangeToken, q, context)
    }

    public func createTrust(_ q: CreateTrustRequest, _ context: CallContext) async throws(Failure)
        -> CreateTrustResponse
    {
        try await rpc.call(AuthMethod.createTrust, q, context)
    }

    public func listTrusts(_ q: ListTrustsRequest, _ context: CallContext) async throws(Failure) -> ListTrustsResponse {
        try await rpc.call(AuthMethod.listTrusts, q, context, retry: .idempotent)
    }

    public func deleteTrust(_ q: DeleteTrustRequest, _ context: CallContext) async throws(Failure) -> Empty {
        try await rpc.call(AuthMethod.deleteTrust, q, context)
    }
}
