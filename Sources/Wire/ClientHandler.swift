import Model
import NIOCore
import NIOSSL
import NIOTLS
import WireMessages

/// The loop's side of a client connection: performs what `ClientSession` decides.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the pool hears of a connection.
    enum Event: Sendable {
        case ready
        /// No new calls; those under way go on.
        case draining
        case closed(String)
    }

    private let service: String
    private let name: String
    private let proof: Proof
    private let limits: Limits
    private let outbox: Outbox<ClientCommand>
    private let onEvent: @Sendable (Event) -> Void
    private var session = ClientSession<ClientCall>()
    private var reader: FrameReader
    private let writer = FrameWriter()
    private let pulse = Pulse()
    private let wake: NIOLoopBoundBox<(() -> Void)?>
    private var timer: Scheduled<Void>?
    private var helloTimer: Scheduled<Void>?
    private var isBroken = false
    private var reason = "The connection was closed."

    init(
        service: String, name: String, proof: Proof, limits: Limits, outbox: Outbox<ClientCommand>,
        wake: NIOLoopBoundBox<(() -> Void)?>, onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.service = service
        self.name = name
        self.proof = proof
        self.limits = limits
        self.outbox = outbox
        self.wake = wake
        self.onEvent = onEvent
        self.reader = FrameReader(messageBytesMax: limits.messageBytesMax)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wake.value = { [self] in drain(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        wake.value = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        pulse.start(context, every: limits.keepalive) { [self] in beat(context) }
        let loop = context.eventLoop.assumeIsolated()
        helloTimer = loop.scheduleTask(in: limits.helloWait.timeAmount) { [self] in
            if session.phase == .greeting { fail(context, "\(service) did not say hello.") }
        }
        if proof.isImmediate { greet(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { greet(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func greet(_ context: ChannelHandlerContext) {
        guard proof.proves(service, context) else {
            return fail(context, "The peer is not proven to be \(service).")
        }
        if let hello = try? Hello.bytes(service: name) {
            writer.write(.hello, hello, to: context)
            writer.flush(context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pulse.heard()
        guard !isBroken else { return }
        do {
            try reader.read(unwrapInboundIn(data)) { header, body, first in
                let action = try body.withUnsafeReadableBytes { bytes in
                    try session.receive(header, bytes, first: first)
                }
                try perform(action, body, context)
            }
        } catch {
            fail(context, "\(service) broke the protocol: \(error)")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        writer.flush(context)
        if session.isDrained { context.close(promise: nil) }
    }

    private func perform(
        _ action: ClientSession<ClientCall>.Action, _ body: ByteBuffer, _ context: ChannelHandlerContext
    ) throws {
        switch action {
        case .ignore: break
        case .hello:
            _ = try Hello.agree(body)
            try session.greet()
            onEvent(.ready)
        case .response(let call, done: _): call.answer(body)
        case .failure(let call): call.fail(.failure(Failure(bytes: body, from: service)))
        case .piece(let call): if body.readableBytes > 0 { call.receive?.deliver(body) }
        case .end(let call): call.receive?.finish()
        case .credit(let call, let count): call.send?.add(credit: count)
        case .pong: writer.write(.pong, body, to: context)
        case .goaway(let untouched):
            onEvent(.draining)
            if let said = body.getSlice(at: body.readerIndex + 4, length: body.readableBytes - 4),
                said.readableBytes > 0
            {
                reason = Failure(bytes: said, from: service).message
            }
            for call in untouched { call.fail(.untouched) }
        }
    }

    /// Runs on the loop, woken by the outbox.
    func drain(_ context: ChannelHandlerContext) {
        let commands = outbox.take()
        var cost = 0
        for command in commands {
            cost += command.cost
            perform(command, context)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self, outbox] _ in
            pulse.heard()
            _ = outbox.sent(cost)
        }
        writer.flush(context, promise: promise)
        if session.isDrained { context.close(promise: nil) }
    }

    private func perform(_ command: ClientCommand, _ context: ChannelHandlerContext) {
        switch command {
        case .start(let id, let call, let method, let head, let message):
            let credit = call.receive == nil ? 0 : limits.streamWindowBytes
            let started = session.start(id, call, call.shape, credit: credit, deadline: call.deadline)
            guard started.accepted else { return call.fail(.untouched) }
            if started.timer { schedule(context) }
            writer.writeRequest(method: method, call: id, head: head, message: message, to: context)
        case .chunk(let id, let bytes):
            if session.isLive(id) { writer.write(.chunk, call: id, bytes, to: context) }
        case .end(let id):
            if session.isLive(id) { writer.write(.end, call: id, to: context) }
        case .cancel(let id):
            guard let call = session.cancel(id) else { return }
            writer.write(.cancel, call: id, to: context)
            call.fail(.cancelled)
        case .grant(let id, let count):
            if session.grant(id, count) { writer.writeWindow(call: id, credit: count, to: context) }
        case .retire:
            session.drain()
            onEvent(.draining)
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer?.cancel()
        guard let bound = session.deadlines.bound else { return }
        let wait = max(.zero, bound - .now).timeAmount
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [self] in expire(context) }
    }

    private func expire(_ context: ChannelHandlerContext) {
        for (id, call) in session.expire(.now) {
            writer.write(.cancel, call: id, to: context)
            call.fail(.deadline)
        }
        writer.flush(context)
        schedule(context)
        if session.isDrained { context.close(promise: nil) }
    }

    private func beat(_ context: ChannelHandlerContext) {
        switch pulse.beat() {
        case .fine: break
        case .ask:
            writer.write(.ping, ByteBuffer(integer: UInt64(0)), to: context)
            writer.flush(context)
        case .dead: fail(context, "\(service) no longer answers.")
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ why: String) {
        isBroken = true
        reason = why
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context, "\(error)")
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        helloTimer?.cancel()
        pulse.stop()
        onEvent(.closed(reason))
        for call in session.close() { call.fail(.lost) }
        for case .start(_, let call, _, _, _) in outbox.close() { call.fail(.untouched) }
        context.fireChannelInactive()
    }
}
