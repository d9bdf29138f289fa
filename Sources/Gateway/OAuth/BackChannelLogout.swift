import AuthClient
import Hummingbird
import SwiftProtobuf
import Wire
import WireMessages

/// A provider tells, without a browser, that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0
/// §2.5).
struct BackChannelLogout: Sendable {
    private static let bodyBytesMax = 96 << 10
    /// Its keys may have to be asked for.
    private static let wait: Duration = .seconds(30)

    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.post("logout/:provider", use: end)
    }

    /// 200 with an empty body when its sessions have ended, 400 for a token that is not believed (§2.8).
    @Sendable private func end(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let tokens = try await Site.form(request, bytesMax: Self.bodyBytesMax).all("logout_token")
        let q = try EndProviderSessionsRequest.with {
            $0.providerID = try context.providerID("provider")
            ($0.logoutToken, $0.address) = (tokens.count == 1 ? tokens[0] : "", context.address)
        }
        _ = try await gateway.backends.auth.endProviderSessions(
            q, CallContext(deadline: Self.wait, trace: context.requestID))
        return Response(status: .ok)
    }
}
