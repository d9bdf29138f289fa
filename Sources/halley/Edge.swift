import ArgumentParser
import ArtifactClient
import AuthClient
import Daemon
import Gateway
import TrackingClient
import WorkspaceClient

struct Edge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "gateway", abstract: "Run the gateway alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let settings = try options.settings()
            let process = ServiceProcess("gateway", settings: settings)
            let sealer = try Sealer("content.key", place: "content address", in: process.home)
            let config = GatewayConfig(
                listen: .init(host: settings.listen.host, port: settings.listen.port),
                contentListen: .init(host: settings.contentListen.host, port: settings.contentListen.port),
                baseURL: settings.isBehindProxy ? settings.publicURL : "",
                contentBaseURL: settings.contentURL ?? "",
                contentSeal: ContentSeal(seal: sealer.seal, open: sealer.open),
                trustedProxies: settings.trustedProxies,
                rates: RateLimits(
                    key: Self.rate(settings.keyRate), account: Self.rate(settings.accountRate),
                    address: Self.rate(settings.addressRate)))
            let gateway = GatewayService(
                config: config, auth: AuthClient(rpc: process.client(of: "auth")),
                workspace: WorkspaceClient(rpc: process.client(of: "workspace")),
                tracking: TrackingClient(rpc: process.client(of: "tracking")),
                artifact: ArtifactClient(
                    rpc: process.client(of: "artifact"), files: HandedFiles(path: process.home.handover)),
                logger: process.logger)
            try await process.run([gateway]) { settings.isGatewayListening }
        }
    }

    private static func rate(_ setting: RateSetting?) -> RateLimits.Rate? {
        setting.map { RateLimits.Rate(perSecond: $0.perSecond, burst: $0.burst) }
    }
}
