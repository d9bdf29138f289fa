import HTTPTypes
import Hummingbird
import Synchronization

/// POST routes by their whole path. Training scripts ask for a handful of paths over and over; the router looks for
/// each part of a path among all that may stand there, which costs more than much of what such a request does.
final class FixedRoutes: Sendable {
    private let byPath = Mutex<[String: any HTTPResponder<EdgeContext>]>([:])

    var responders: [String: any HTTPResponder<EdgeContext>] { byPath.withLock { $0 } }

    fileprivate func add(_ path: String, _ responder: any HTTPResponder<EdgeContext>) {
        byPath.withLock { $0[path] = responder }
    }
}

/// Routes that stand in the router and, where their paths have no parameters, in `FixedRoutes` too.
struct ListedRoutes: RouterMethods {
    typealias Context = EdgeContext

    private let base: String
    private let routes: RouterGroup<EdgeContext>
    private let fixed: FixedRoutes

    init(_ base: String, in router: Router<EdgeContext>, _ fixed: FixedRoutes) {
        (self.base, self.fixed) = (base, fixed)
        routes = router.group(RouterPath(base))
    }

    @discardableResult func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == EdgeContext {
        routes.on(path, method: method, responder: responder)
        let whole = RouterPath("\(base)/\(path)").description
        if method == .post, !whole.contains("{"), !whole.contains("*") { fixed.add(whole, responder) }
        return self
    }

    /// What stands in the table would pass it by.
    func add(middleware: any MiddlewareProtocol<Request, Response, EdgeContext>) -> Self {
        preconditionFailure("listed routes have no middleware of their own")
    }
}

/// The table, and what surrounds every request.
struct FixedResponses: Sendable {
    typealias Responder = any HTTPResponder<EdgeContext>

    let byPath: [String: Responder]
    let edge: Edge

    func answer(_ request: Request, _ context: EdgeContext, _ responder: Responder) async throws -> Response {
        context.coreContext.endpointPath.value = request.uri.path
        return try await edge.handle(request, context: context) { request, context in
            try await responder.respond(to: request, context: context)
        }
    }
}

/// Asks the table first, then the router. Both answer alike.
struct FixedResponder<Others: HTTPResponder>: HTTPResponder where Others.Context == EdgeContext {
    typealias Context = EdgeContext

    let fixed: FixedResponses
    let others: Others

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        guard request.method == .post, let responder = fixed.byPath[request.uri.path] else {
            return try await others.respond(to: request, context: context)
        }
        return try await fixed.answer(request, context, responder)
    }
}
