import Hummingbird
import Model

/// `/experiments/{key}/assets/{id}`: a file's bytes, for pages and programs.
struct AssetRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("experiments/:key/assets/:id", use: download)
    }

    @Sendable private func download(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let ref = try await gateway.experiments.ref(context.part("key"), caller, context)
        let call = caller.call(context, deadline: Downloads.deadline)
        return try await Downloads(gateway: gateway).send(context.part("id"), of: ref, request, call)
    }
}
