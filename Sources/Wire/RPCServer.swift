import Glibc
public import Logging
public import Model
import NIOCore
import NIOPosix
import NIOSSL
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

    /// Throws when the address cannot be bound or the certificates cannot be read.
    public func run() async throws {
        let tls = try peers.tls.map { try $0.context(server: true) }
        let connections = ServerConnections(server: self, tls: tls)
        let listener = try await bind(connections)
        onListening(address(of: listener))
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    while let accepted = await connections.accepted.next() {
                        for connection in accepted {
                            group.addTask { await connection.run(self) }
                        }
                    }
                }
            } onCancel: {
                listener.close(promise: nil)
                connections.accepted.finish()
            }
        } onGracefulShutdown: {
            listener.close(promise: nil)
            connections.drain()
        }
    }

    private func bind(_ connections: ServerConnections) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16384, maximum: Limits.chunkBytesMax)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try connections.accept(channel) }
            }
        switch listen {
        case .unix(let path):
            let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            guard chmod(path, peers.uids.isEmpty ? 0o600 : 0o666) == 0 else {
                throw Failure(.bug, "The socket's rights could not be set.", detail: path)
            }
            return channel
        case .tcp(let host, let port):
            guard peers.tls != nil else { throw Failure(.invalid, "Listening on TCP needs certificates.") }
            return try await bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        }
    }

    private func address(of listener: any Channel) -> Address {
        guard case .tcp(let host, _) = listen, let port = listener.localAddress?.port else { return listen }
        return .tcp(host: host, port: port)
    }

    /// What the caller is told of a handler's error. What nobody expected is logged here, and nowhere else.
    func failure(_ error: any Error, _ call: ServerCall) -> Failure {
        if let failure = error as? Failure {
            if failure.code == .bug { log(failure.detail.isEmpty ? failure.message : failure.detail, call) }
            return failure
        }
        if error is CancellationError { return Failure(.unavailable, "The call was cancelled.", reason: "cancelled") }
        if let failure = translate(error) { return failure }
        log("\(error)", call)
        return Failure(.bug, "Something went wrong in \(service). The operator's log says what.")
    }

    private func log(_ what: String, _ call: ServerCall) {
        logger.error("bug in a handler", metadata: ["method": "\(call.method)", "error": "\(what)"])
    }
}
