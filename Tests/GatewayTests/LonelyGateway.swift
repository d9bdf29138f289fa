import ArtifactClient
import AuthClient
import Hummingbird
import Logging
import TrackingClient
import WebUI
import Wire
import WorkspaceClient

@testable import Gateway

/// A gateway with nobody behind it: enough for what it decides alone.
enum LonelyGateway {
    private static let unlimited = RateLimits(key: nil, account: nil, address: nil)

    /// Nothing is limited, so nobody is asked.
    static let meter = Meter(
        limits: unlimited,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { _ in [] }

    static func router() async throws -> Router<EdgeContext> {
        gateway().routes(pages: try await Pages())
    }

    static func gateway() -> Gateway {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        func client(_ service: String) -> RPCClient {
            RPCClient(
                service: service, as: "gateway", addresses: [.unix("/nonexistent/\(service).sock")], logger: logger)
        }
        let backends = Backends(
            auth: AuthClient(rpc: client("auth")), workspace: WorkspaceClient(rpc: client("workspace")),
            tracking: TrackingClient(rpc: client("tracking")), artifact: ArtifactClient(rpc: client("artifact")))
        return Gateway(config: GatewayConfig(rates: unlimited), backends: backends, logger: logger)
    }
}
