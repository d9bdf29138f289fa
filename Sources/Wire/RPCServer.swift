public import Logging
public import Model
public import ServiceLifecycle

/// Serves `methods` on one address until its task is cancelled or a graceful shutdown begins; then it drains: no
/// connection and no new call is accepted, calls in flight finish within `limits.drainWait`.
public struct RPCServer: Service {
    let service: String
    let listen: Address
    let methods: Methods
    let peers: PeerPolicy
    let verify: @Sendable ([UInt8]) throws(Failure) -> Access
    let translate: @Sendable (any Error) -> Failure?
    let limits: Limits
    let logger: Logger
    let onListening: @Sendable (Address) -> Void

    /// - Parameters:
    ///   - verify: checks sealed access, once per request; it caches by itself.
    ///   - translate: turns errors of lower modules into what a caller may see; `nil` for what is a bug.
    ///   - onListening: told the bound address (with the port, if 0 was asked for) once connections are accepted.
    public init(
        service: String, listen: Address, methods: Methods, peers: PeerPolicy = .house,
        verify: @escaping @Sendable ([UInt8]) throws(Failure) -> Access,
        translate: @escaping @Sendable (any Error) -> Failure? = { _ in nil },
        limits: Limits = Limits(), logger: Logger, onListening: @escaping @Sendable (Address) -> Void = { _ in }
    ) {
        self.service = service
        self.listen = listen
        self.methods = methods
        self.peers = peers
        self.verify = verify
        self.translate = translate
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
    }

    public func run() async throws {
        throw Failure(.unavailable, "not yet")
    }
}
