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

    func register(in router: Router<EdgeContext>) {
        // The client drops any path in front of the server for some calls, and all of it when its URL has none.
        for base in ["/clientlib", "/"] {
            Alive().register(in: router.group(RouterPath(base)))
        }
    }
}

/// The two questions that need no key.
struct Alive: Sendable {
    private static let versionBody = ByteBuffer(string: "{\"version\":\"\(CometDialect.version)\"}")
    private static let pingBody = ByteBuffer(string: "{}")

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("isAlive/ver") { _, _ in Reply.json(constant: Self.versionBody) }
        routes.get("health/ping") { _, _ in Reply.json(constant: Self.pingBody) }
    }
}
