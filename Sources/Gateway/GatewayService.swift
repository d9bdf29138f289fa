public import ArtifactClient
public import AuthClient
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
public import TrackingClient
import WebUI
public import WorkspaceClient

/// The HTTP edge: translates dialects into typed calls and back. It keeps no state but short-lived caches.
public struct GatewayService: Service {
    let config: GatewayConfig
    let backends: Backends
    let logger: Logger

    public init(
        config: GatewayConfig, auth: AuthClient, workspace: WorkspaceClient, tracking: TrackingClient,
        artifact: ArtifactClient, logger: Logger
    ) {
        self.config = config
        self.backends = Backends(auth: auth, workspace: workspace, tracking: tracking, artifact: artifact)
        self.logger = logger
    }

    /// Serves until the process is asked to stop; requests under way are then finished.
    public func run() async throws {
        let gateway = Gateway(config: config, backends: backends, logger: logger)
        let pages = try await Pages()
        let (responder, http) = (gateway.responder(pages: pages), http)
        let short = ShortRequests(fixed: responder.fixed, logger: logger)
        let server = HTTPServerBuilder { respond in
            EdgeChannel(http: HTTP1Channel(responder: respond, configuration: http), short: short)
        }
        var services: [any Service] = [
            gateway.meter, gateway.refusals, gateway.exposures, application(responder, server, config.listen),
        ]
        if let content = config.contentListen {
            let responder = gateway.contentRoutes().buildResponder()
            services.append(application(responder, .http1(configuration: http), content))
        }
        try await ServiceGroup(configuration: .init(services: services, logger: logger)).run()
    }

    private var http: HTTP1Channel.Configuration {
        let limits = config.limits
        return HTTP1Channel.Configuration(
            idleTimeout: .seconds(limits.idleSecondsMax),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytesMax, maxHeaderListSize: limits.headerBytesMax,
                maxHeaderFieldCount: limits.headerCountMax))
    }

    private func application(
        _ responder: some HTTPResponder<EdgeContext>, _ server: HTTPServerBuilder, _ listen: GatewayConfig.Listen
    ) -> some Service {
        Application(
            responder: responder,
            server: server,
            configuration: .init(
                address: .hostname(listen.host, port: listen.port),
                availableConnectionsDelegate: MaximumAvailableConnections(config.limits.connectionsMax)),
            logger: logger)
    }
}

/// The four services behind the gateway.
struct Backends: Sendable {
    let auth: AuthClient
    let workspace: WorkspaceClient
    let tracking: TrackingClient
    let artifact: ArtifactClient
}

/// What the handlers of all dialects share.
struct Gateway: Sendable {
    let config: GatewayConfig
    let backends: Backends
    let authenticator: Authenticator
    let experiments: ExperimentResolver
    let projects: ProjectResolver
    let origin: Origin
    let meter: Meter
    let refusals: RefusalLog
    let exposures: ExposureLog
    let logger: Logger

    init(config: GatewayConfig, backends: Backends, logger: Logger) {
        self.config = config
        self.backends = backends
        self.meter = Meter(limits: config.rates, auth: backends.auth, logger: logger)
        self.refusals = RefusalLog(auth: backends.auth, logger: logger)
        self.exposures = ExposureLog(auth: backends.auth, logger: logger)
        self.authenticator = Authenticator(auth: backends.auth, meter: meter)
        self.experiments = ExperimentResolver(tracking: backends.tracking)
        self.projects = ProjectResolver(workspace: backends.workspace)
        self.origin = Origin(config: config)
        self.logger = logger
    }

    private var edge: Edge { Edge(config: config, meter: meter, refusals: refusals, exposures: exposures) }

    func responder(pages: Pages) -> FixedResponder<some HTTPResponder<EdgeContext>> {
        let fixed = FixedRoutes()
        let others = routes(pages: pages, fixed).buildResponder()
        return FixedResponder(fixed: FixedResponses(byPath: fixed.responders, edge: edge), others: others)
    }

    /// Every route of the main listener. A dialect adds its own in one line here.
    func routes(pages: Pages, _ fixed: FixedRoutes = FixedRoutes()) -> Router<EdgeContext> {
        let router = Router(context: EdgeContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: edge)
        Health(backends: backends).register(in: router)
        CometDialect(gateway: self).register(in: router, fixed)
        CometREST(gateway: self).register(in: router)
        NativeAPI(gateway: self).register(in: router)
        OAuthRoutes(gateway: self).register(in: router)
        ScimRoutes(gateway: self).register(in: router)
        Site(gateway: self, pages: pages).register(in: router)
        return router
    }

    /// Routes of the origin without cookies.
    func contentRoutes() -> Router<EdgeContext> {
        let router = Router(context: EdgeContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: Edge(config: config, meter: nil, refusals: refusals, exposures: exposures))
        Health(backends: backends).register(in: router)
        ContentRoutes(gateway: self).register(in: router)
        return router
    }
}
