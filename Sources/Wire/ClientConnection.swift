import Model
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// One connection of a client, once its peer is proven and has said hello.
final class ClientConnection: Sendable {
    let channel: any Channel
    let outbox: Outbox<ClientCommand>
    /// Ids do not wrap; a connection this old is replaced, with some left for what is already waiting.
    private static let retiringCall = UInt32.max - 1_000_000
    private let outboxBytesMax: Int
    /// Calls under way, for balancing.
    let load = Atomic(0)

    init(channel: any Channel, outbox: Outbox<ClientCommand>, outboxBytesMax: Int) {
        self.channel = channel
        self.outbox = outbox
        self.outboxBytesMax = outboxBytesMax
    }

    /// Sends a request and waits for its response.
    func roundTrip(
        _ call: ClientCall, method: UInt16, head: ByteBuffer, message: ByteBuffer
    ) async -> Result<ByteBuffer, ClientCall.Loss> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                call.wait(continuation)
                start(call, method: method, head: head, message: message)
                // `onCancel` may have come before there was an id to cancel.
                if Task.isCancelled { cancel(call) }
            }
        } onCancel: {
            cancel(call)
        }
    }

    private func start(_ call: ClientCall, method: UInt16, head: ByteBuffer, message: ByteBuffer) {
        let cost = 14 + head.readableBytes + message.readableBytes
        let started = outbox.start(bytes: cost, bytesMax: outboxBytesMax) { id in
            call.number.value.store(id, ordering: .sequentiallyConsistent)
            return .start(id, call, method: method, head: head, message: message)
        }
        switch started {
        case .success(let id): if id == ClientConnection.retiringCall { outbox.push(.retire) }
        case .failure(.closed): call.fail(.untouched)
        case .failure(.full): call.fail(.failure(Failure(.exhausted, "Too much is waiting to be sent.")))
        }
    }

    /// Harmless when the call is over.
    func cancel(_ call: ClientCall) {
        let id = call.number.value.load(ordering: .sequentiallyConsistent)
        if id != 0 { outbox.push(.cancel(id), bytes: 12) }
    }
}

extension ClientConnection {
    /// Sends the body of an upload; what stopped it, if anything did.
    func send<S: AsyncSequence>(_ body: S, of call: ClientCall) async -> ClientCall.Loss? where S.Element == Chunk {
        guard let stream = call.send else { return nil }
        let number = call.number
        do {
            for try await chunk in body {
                try await stream.send(chunk.buffer) { piece in
                    let id = number.value.load(ordering: .relaxed)
                    outbox.push(.chunk(id, piece), bytes: 12 + piece.readableBytes)
                }
            }
            // A cancelled sequence may just end: that must not look like the end of the body.
            try Task.checkCancellation()
            try await stream.opened()
            outbox.push(.end(number.value.load(ordering: .relaxed)), bytes: 12)
            return nil
        } catch is ClientCall.Loss {
            return nil  // The call is over, and its own result says why.
        } catch is CancellationError {
            cancel(call)
            return .cancelled
        } catch {
            cancel(call)
            let failure = error as? Failure
            return .failure(failure ?? Failure(.invalid, "The body broke off.", detail: "\(error)"))
        }
    }
}

/// How to reach one address.
struct Connector: Sendable {
    let service: String
    let name: String
    let limits: Limits
    let tls: NIOSSLContext?

    /// Events begin before this returns, on the connection's loop; whatever happens, `closed` is the last of them.
    func connect(
        to address: Address, on loop: any EventLoop, _ onEvent: @escaping @Sendable (ClientHandler.Event) -> Void,
        _ onConnection: @escaping @Sendable (ClientConnection) -> Void
    ) {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(limits.helloWait.timeAmount)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16384, maximum: Limits.chunkBytesMax)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    onConnection(try setUp(channel, address, onEvent))
                }
            }
        let connecting =
            switch address {
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            case .tcp(let host, let port):
                bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
            }
        connecting.whenFailure { onEvent(.closed("\(address): \($0)")) }
    }

    private func setUp(
        _ channel: any Channel, _ address: Address, _ onEvent: @escaping @Sendable (ClientHandler.Event) -> Void
    ) throws -> ClientConnection {
        let wake = NIOLoopBoundBox<(() -> Void)?>(nil, eventLoop: channel.eventLoop)
        let outbox = Outbox<ClientCommand>(eventLoop: channel.eventLoop) { wake.value?() }
        var proof = Proof.unix()
        if case .tcp = address {
            guard let tls else { throw Failure(.invalid, "Calling over TCP needs certificates.") }
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
            proof = .certificate
        }
        try channel.pipeline.syncOperations.addHandler(
            ClientHandler(
                service: service, name: name, proof: proof, limits: limits, outbox: outbox, wake: wake,
                onEvent: onEvent))
        return ClientConnection(channel: channel, outbox: outbox, outboxBytesMax: limits.outboxBytesMax)
    }
}
