import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Wire

/// A socket that refuses a flush: NIO then hands on what can still be read, within that flush.
private final class Refusing: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var unread: [ByteBuffer]

    init(unread: [ByteBuffer]) {
        self.unread = unread
    }

    func flush(context: ChannelHandlerContext) {
        if let next = unread.popLast() { context.fireChannelRead(NIOAny(next)) }
        context.flush()
    }
}

struct HandlerTests {
    @Test func `what is read within a flush that fails is no second entry`() throws {
        let ping = ByteBuffer(bytes: frame(9, [0, 0, 0, 0, 0, 0, 0, 0]))
        let channel = EmbeddedChannel()
        let loop = channel.eventLoop
        let wake = NIOLoopBoundBox<(() -> Void)?>(nil, eventLoop: loop)
        let outbox = Outbox<ServerCommand>(eventLoop: loop) {}
        let handler = ServerHandler(
            server: TestServer.rpc("/nonexistent"), proof: .certificate, outbox: outbox, inbox: Inbox(), wake: wake)
        try channel.pipeline.syncOperations.addHandlers([Refusing(unread: [ping, ping, ping]), handler])
        // A ping before hello: the peer is refused, and what it sent besides is not looked at.
        try channel.writeInbound(ping)
        let goaway = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(goaway.getInteger(at: 5, as: UInt8.self) == 11)
        #expect(goaway.readableBytes == 4 + Int(goaway.getInteger(at: 0, as: UInt32.self) ?? 0))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(!channel.isActive)
    }

    @Test(.timeLimit(.minutes(1))) func `a connection that closes before it was ever open ends its task`() async throws
    {
        let server = TestServer.rpc("/nonexistent")
        let connections = ServerConnections(server: server, tls: nil)
        let refused = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try connections.accept(channel) } }
            .connect(unixDomainSocketPath: "/nonexistent/socket")
        await #expect(throws: (any Error).self) { try await refused.get() }
        let accepted = try #require(await connections.accepted.next())
        for connection in accepted { await connection.run(server) }
    }
}
