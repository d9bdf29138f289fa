import HTTPTypes
import HotJSON
import Hummingbird
import Logging
import Model
import NIOHTTP1

/// The outermost layer of every request: its address, its error answer, its security headers and its line in the log.
struct Edge: RouterMiddleware {
    typealias Context = EdgeContext

    /// Requests that take longer stand in the log although they succeeded.
    private static let slow: Duration = .seconds(5)

    let config: GatewayConfig
    /// `nil` where an address's own authority is in it, and nobody is known anyway.
    private let meter: Meter?
    private let refusals: RefusalLog
    private let exposures: ExposureLog

    init(config: GatewayConfig, meter: Meter?, refusals: RefusalLog, exposures: ExposureLog) {
        self.config = config
        self.meter = meter
        self.refusals = refusals
        self.exposures = exposures
    }

    func handle(
        _ request: Request, context: EdgeContext, next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var (request, context) = (request, context)
        if AwaitedBody.isAwaited(request) {
            request.body = RequestBody(asyncSequence: AwaitedBody(body: request.body, channel: context.channel))
        }
        if config.trustedProxies.contains(context.address) { context.address = forwarded(request) ?? context.address }
        var failure: Failure?
        var response: Response
        do {
            response = try await next(request, context)
            try countStranger(request, context)
        } catch {
            var reason = try Self.failure(of: error)
            if reason.reason != "rate_limited" {
                do throws(Failure) { try countStranger(request, context) } catch { reason = error }
            }
            failure = reason
            response = Surface(path: request.uri.path).answer(
                reason, path: request.uri.path, requestID: context.requestID)
        }
        tellExposed(request, context)
        secure(&response, requestID: context.requestID)
        tellStanding(&response, request, context)
        log(request, response, context, failure, ContinuousClock.now - start)
        return response
    }

    private func tellExposed(_ request: Request, _ context: EdgeContext) {
        let keys = context.notes.exposed
        guard !keys.isEmpty, let caller = context.notes.caller else { return }
        exposures.note(
            keys, by: caller, what: "\(request.method) \(context.endpointPath ?? "-")", address: context.address,
            request: context.requestID)
    }

    /// A request of nobody that is known counts for its address.
    private func countStranger(_ request: Request, _ context: EdgeContext) throws(Failure) {
        guard let meter, context.notes.caller == nil, context.notes.standing == nil,
            !Surface.isFree(path: request.uri.path)
        else { return }
        try meter.admit(address: context.address, context.notes)
    }

    private func tellStanding(_ response: inout Response, _ request: Request, _ context: EdgeContext) {
        guard let standing = context.notes.standing,
            response.status == .tooManyRequests || Surface.tellsStanding(path: request.uri.path)
        else { return }
        response.headers[.rateLimitLimit] = String(standing.limit)
        response.headers[.rateLimitRemaining] = String(standing.remaining)
        response.headers[.rateLimitReset] = String(standing.resetSeconds)
    }

    /// The last address that a proxy of ours has added.
    private func forwarded(_ request: Request) -> String? {
        let chain = request.headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }
        return chain.map { String($0.filter { $0 != " " }) }.last { !config.trustedProxies.contains($0) }
    }

    private func secure(_ response: inout Response, requestID: String) {
        response.headers[.xRequestID] = requestID
        if config.isTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        // A reply of `Reply` carries the rest already; one probe tells.
        guard !response.headers.contains(.xContentTypeOptions) else { return }
        for field in Reply.securityFields where !response.headers.contains(field.name) {
            response.headers.append(field)
        }
    }

    private func log(
        _ request: Request, _ response: Response, _ context: EdgeContext, _ failure: Failure?, _ elapsed: Duration
    ) {
        if response.status == .forbidden, let caller = context.notes.caller {
            refusals.note(
                caller, what: "\(request.method) \(context.endpointPath ?? "-")", reason: failure?.reason ?? "",
                address: context.address, request: context.requestID)
        }
        let level: Logger.Level =
            response.status.code >= 500 ? .error : response.status.code >= 400 || elapsed > Self.slow ? .info : .debug
        guard level >= context.logger.logLevel else { return }
        var metadata: Logger.Metadata = [
            // The template: a URL can hold a key or an OAuth code.
            "route": .string("\(request.method) \(context.endpointPath ?? "-")"),
            "status": .stringConvertible(response.status.code),
            "ms": .stringConvertible(elapsed / .milliseconds(1)),
            "request": .string(context.requestID),
            "address": .string(context.address),
        ]
        if let caller = context.notes.caller { metadata["principal"] = .string(caller.name) }
        if let failure { metadata["failure"] = .string(failure.description) }
        context.logger.log(level: level, "request", metadata: metadata)
    }

    /// Rethrows what must close the connection.
    private static func failure(of error: any Error) throws -> Failure {
        switch error {
        case let failure as Failure: return failure
        case let error as JSONError: return Failure(error)
        case let error as HTTPError:
            return Failure(HTTPStatus.code(for: error.status), error.body ?? error.status.reasonPhrase)
        case is CancellationError: return Failure(.unavailable, "The server is stopping, or the request was cancelled.")
        case is HTTPParserError: throw error
        default: return Failure(.bug, "Something went wrong here.", detail: String(reflecting: error))
        }
    }
}
