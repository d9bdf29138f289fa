import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// One accepted connection: the loop fills its inbox, its task runs the calls as children.
final class ServerConnection: Sendable {
    let outbox: Outbox<ServerCommand>
    let inbox: Inbox<ServerCall>
    let channel: any Channel

    init(channel: any Channel, outbox: Outbox<ServerCommand>, inbox: Inbox<ServerCall>) {
        self.channel = channel
        self.outbox = outbox
        self.inbox = inbox
    }

    /// Returns when the connection is closed and all its handlers have returned.
    func run(_ server: RPCServer) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                while let calls = await inbox.next() {
                    for call in calls {
                        group.addTask { await call.run(server) }
                    }
                }
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// The connections of one server, from their acceptance to their end.
final class ServerConnections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ServerConnection] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())
    let accepted = Inbox<ServerConnection>()
    private let server: RPCServer
    private let tls: NIOSSLContext?

    init(server: RPCServer, tls: NIOSSLContext?) {
        self.server = server
        self.tls = tls
    }

    /// Sets up a new connection, on its loop.
    func accept(_ channel: any Channel) throws {
        guard state.withLock({ $0.open.count < server.limits.connectionsMax }) else {
            server.logger.warning("wire connection refused: too many")
            throw ChannelError.ioOnClosedChannel
        }
        let wake = NIOLoopBoundBox<(() -> Void)?>(nil, eventLoop: channel.eventLoop)
        let outbox = Outbox<ServerCommand>(eventLoop: channel.eventLoop) { wake.value?() }
        let inbox = Inbox<ServerCall>()
        let connection = ServerConnection(channel: channel, outbox: outbox, inbox: inbox)
        let proof: Proof = tls == nil ? .unix(others: server.peers.uids) : .certificate
        let handler = ServerHandler(server: server, proof: proof, outbox: outbox, inbox: inbox, wake: wake)
        if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        try channel.pipeline.syncOperations.addHandler(handler)
        let late = state.withLock { state in
            state.open[ObjectIdentifier(connection)] = connection
            return state.isDraining
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(connection)) }
            // Not left to the handler: a channel that closes before it was active never tells it.
            inbox.finish()
        }
        accepted.push([connection])
        if late { outbox.push(.drain(wait: server.limits.drainWait)) }
    }

    /// Asks every client to go elsewhere. Nothing is accepted any more.
    func drain() {
        let open = state.withLock { state in
            state.isDraining = true
            return Array(state.open.values)
        }
        for connection in open { connection.outbox.push(.drain(wait: server.limits.drainWait)) }
        accepted.finish()
    }
}
