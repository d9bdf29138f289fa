import Hummingbird
import Wire

/// The REST side of the dialect: reading back, and managing. The same routes stand under both of the client's bases.
struct CometREST: Sendable {
    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        for base in ["/api/rest/v2", "/clientlib/rest/v2"] {
            let routes = router.group(RouterPath(base))
            RESTAccount(gateway: gateway).register(in: routes)
            RESTProjects(gateway: gateway).register(in: routes)
            RESTExperiments(gateway: gateway).register(in: routes)
            RESTMetrics(gateway: gateway).register(in: routes)
            RESTDetails(gateway: gateway).register(in: routes)
            RESTAssets(gateway: gateway).register(in: routes)
            RESTFiles(gateway: gateway).register(in: routes)
            RESTModels(gateway: gateway).register(in: routes)
            RESTSearch(gateway: gateway).register(in: routes)
            RESTChanges(gateway: gateway).register(in: routes)
            RESTWrites(gateway: gateway).register(in: routes)
        }
    }
}

/// One authenticated request of the dialect. Cookies are never looked at: some of its GETs change things.
struct RESTCall: Sendable {
    let request: Request
    let context: EdgeContext
    let query: Query
    let caller: Caller

    /// Goes along with every call to a service.
    var call: CallContext { caller.call(context) }

    init(_ request: Request, _ context: EdgeContext, _ gateway: Gateway) async throws {
        self.request = request
        self.context = context
        self.query = try Query(request)
        self.caller = try await gateway.authenticator.caller(request, context)
    }

    func experimentKey() throws -> String {
        try query.required("experimentKey")
    }
}

extension RouterGroup where Context == EdgeContext {
    /// Registers what needs a key.
    func on(
        _ method: RESTMethod, _ path: RouterPath, _ gateway: Gateway,
        _ handler: @escaping @Sendable (RESTCall) async throws -> Response
    ) {
        on(path, method: method.http) { request, context in
            try await handler(try await RESTCall(request, context, gateway))
        }
    }
}
