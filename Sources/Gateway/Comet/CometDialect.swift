import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import Wire
import WireMessages

/// What the unmodified `comet_ml` clients say while an experiment logs. Reading and managing is `Comet/REST`.
struct CometDialect: Sendable {
    /// Announced to clients, who switch features on by it: what Comet's own server of this number answers is spoken.
    static let version = "5.0.0"

    let gateway: Gateway
    private let batches: Batches

    init(gateway: Gateway) {
        self.gateway = gateway
        self.batches = Batches(gateway: gateway)
    }

    func register(in router: Router<EdgeContext>, _ fixed: FixedRoutes) {
        // The client drops any path in front of the server for some calls, and all of it when its URL has none.
        for base in ["/clientlib", "/"] {
            let routes = ListedRoutes(base, in: router, fixed)
            Alive().register(in: routes)
            Handshake(gateway: gateway).register(in: routes)
            StatusReports(gateway: gateway).register(in: routes)
            batches.register(in: routes)
            RemoteCalls(gateway: gateway).register(in: routes)
            Uploads(gateway: gateway).register(in: routes)
            DirectUploads(gateway: gateway).register(in: routes)
            Scenes(gateway: gateway).register(in: routes)
        }
        for base in ["/api/rest/v2", "/clientlib/rest/v2"] {
            let routes = router.group(RouterPath(base))
            batches.registerREST(in: ListedRoutes(base, in: router, fixed))
            Details(gateway: gateway).register(in: routes)
            StatusReports(gateway: gateway).registerREST(in: routes)
            Accounts(gateway: gateway).registerREST(in: routes)
            Downloads(gateway: gateway).registerREST(in: routes)
            Reads(gateway: gateway).register(in: routes)
            Later().register(in: routes)
        }
        Accounts(gateway: gateway).register(in: router)
        Downloads(gateway: gateway).register(in: router)
    }
}

/// Versioned artifacts and the model registry: said clearly, so that a script knows why.
struct Later: Sendable {
    func register(in routes: some RouterMethods<EdgeContext>) {
        for path in [
            "write/artifacts/upsert", "write/artifacts/state", "write/artifact/assets/remote/batch",
            "write/registry-model/item/create", "write/registry-model", "write/registry-model/item",
        ] {
            routes.post(RouterPath(path)) { _, _ -> Response in throw Self.refusal }
        }
        for path in ["artifacts/version", "registry-model"] {
            routes.get(RouterPath(path)) { _, _ -> Response in throw Self.refusal }
        }
    }

    private static let refusal = Failure(
        .invalid, "This server does not keep versioned artifacts or registered models.", reason: "unsupported")
}

/// The two questions that need no key.
struct Alive: Sendable {
    private static let versionBody = ByteBuffer(string: "{\"version\":\"\(CometDialect.version)\"}")
    private static let pingBody = ByteBuffer(string: "{}")

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.get("isAlive/ver") { _, _ in Reply.json(constant: Self.versionBody) }
        routes.get("health/ping") { _, _ in Reply.json(constant: Self.pingBody) }
    }
}
