import Glibc
import Logging
import Model
import NIOCore
import NIOSSL
import NIOTLS
import WireMessages

/// The loop's side of a server connection: performs what `ServerSession` decides.
final class ServerHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: RPCServer
    private let proof: Proof
    private let outbox: Outbox<ServerCommand>
    private let inbox: Inbox<ServerCall>
    private let wake: NIOLoopBoundBox<(() -> Void)?>
    private var session: ServerSession<ServerCall>
    private var reader: FrameReader
    private let writer = FrameWriter()
    private let pulse = Pulse()
    private var peer = Peer(name: "", isOperator: false)
    /// Requests of this turn of the loop, handed over together.
    private var arrived: [ServerCall] = []
    private var timer: Scheduled<Void>?
    private var helloTimer: Scheduled<Void>?
    private var drainTimer: Scheduled<Void>?
    /// A `read` that was held back while the peer does not take its answers.
    private var heldRead = false

    init(
        server: RPCServer, proof: Proof, outbox: Outbox<ServerCommand>, inbox: Inbox<ServerCall>,
        wake: NIOLoopBoundBox<(() -> Void)?>
    ) {
        self.server = server
        self.proof = proof
        self.outbox = outbox
        self.inbox = inbox
        self.wake = wake
        self.session = ServerSession(callsMax: server.limits.callsInFlightMax)
        self.reader = FrameReader(messageBytesMax: server.limits.messageBytesMax)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wake.value = { [self] in drain(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        wake.value = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        pulse.start(context, every: server.limits.keepalive) { [self] in beat(context) }
        let loop = context.eventLoop.assumeIsolated()
        helloTimer = loop.scheduleTask(in: server.limits.helloWait.timeAmount) { [self] in
            if session.phase == .greeting { context.close(promise: nil) }
        }
        if proof.isImmediate { greet(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { greet(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func greet(_ context: ChannelHandlerContext) {
        if case .uids = proof, !proof.proves("", context) {
            return refuse(
                context, Failure(.forbidden, "A process of another user.", detail: "\(Proof.uid(of: context) ?? 0)"))
        }
        if let hello = try? Hello.bytes(service: server.service) {
            writer.write(.hello, hello, to: context)
            writer.flush(context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pulse.heard()
        guard !isRefused else { return }
        do {
            try reader.read(unwrapInboundIn(data)) { header, body, first in
                let action = try body.withUnsafeReadableBytes { bytes in
                    try session.receive(header, bytes, first: first)
                }
                try perform(action, header, body, context)
            }
        } catch let failure as Failure {
            refuse(context, failure)
        } catch {
            refuse(context, Failure(.invalid, "The protocol was broken.", detail: "\(error)"))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !arrived.isEmpty {
            inbox.push(arrived)
            arrived.removeAll(keepingCapacity: true)
        }
        writer.flush(context)
        context.fireChannelReadComplete()
    }

    private func perform(
        _ action: ServerSession<ServerCall>.Action, _ header: FrameHeader, _ body: ByteBuffer,
        _ context: ChannelHandlerContext
    ) throws {
        switch action {
        case .ignore: break
        case .hello: try hello(body, context)
        case .request: request(header, body, context)
        case .crowded:
            let most = server.limits.callsInFlightMax
            answer(
                header.call, Failure(.exhausted, "More than \(most) calls at once.", reason: "calls_in_flight"), context
            )
        case .piece(let call): if body.readableBytes > 0 { call.receive?.deliver(body) }
        case .end(let call): call.receive?.finish()
        case .cancel(let call): call.cancel()
        case .credit(let call, let count): call.send.add(credit: count)
        case .pong: writer.write(.pong, body, to: context)
        case .goaway: leave(context)
        }
    }

    private func hello(_ body: ByteBuffer, _ context: ChannelHandlerContext) throws {
        let hello = try Hello.agree(body)
        guard proof.proves(hello.service, context), server.peers.admits(hello.service) else {
            throw Failure(.forbidden, "This peer may not call \(server.service).", detail: "as \(hello.service)")
        }
        let isOwn = proof.isImmediate && Proof.uid(of: context) == geteuid()
        peer = Peer(name: hello.service, isOperator: isOwn && hello.service == "operator")
        try session.greet()
    }

    private func request(_ header: FrameHeader, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let entry = server.methods.entries[header.method] else {
            let unknown = Failure(
                .invalid, "\(server.service) has no method \(header.method).", reason: "unknown_method")
            return answer(header.call, unknown, context)
        }
        guard let parts = body.withUnsafeReadableBytes({ RequestBody.parse($0) }) else {
            return answer(header.call, Failure(.invalid, "The request's head is not understood."), context)
        }
        let asked = Duration.milliseconds(Int64(parts.deadlineMilliseconds))
        let deadline =
            ContinuousClock.now + (asked == .zero ? server.limits.deadlineMax : min(asked, server.limits.deadlineMax))
        let window = server.limits.streamWindowBytes
        let call = ServerCall(
            id: header.call, method: header.method, entry: entry, parts: parts, body: body, peer: peer,
            deadline: deadline, outbox: outbox, window: window)
        let upload = entry.shape == .upload ? window : nil
        if session.open(header.call, call, upload: upload, deadline: deadline) { schedule(context) }
        if upload != nil { writer.writeWindow(call: header.call, credit: window, to: context) }
        arrived.append(call)
    }

    private func answer(_ call: UInt32, _ failure: Failure, _ context: ChannelHandlerContext) {
        writer.write(.failure, call: call, failure.bytes, to: context)
    }

    /// Says why in a goaway, and hangs up.
    private func refuse(_ context: ChannelHandlerContext, _ failure: Failure) {
        isRefused = true
        server.logger.warning(
            "wire peer refused",
            metadata: ["why": "\(failure.message)", "detail": "\(failure.detail)", "peer": "\(peer.name)"])
        // Calls taken before may have happened: the client must not take them for untouched and make them elsewhere.
        goaway(context, last: session.lastCall, failure)
        context.close(promise: nil)
    }

    private func goaway(_ context: ChannelHandlerContext, last: UInt32, _ failure: Failure?) {
        var body = ByteBuffer(integer: last)
        if let failure { body.writeImmutableBuffer(failure.bytes) }
        writer.write(.goaway, body, to: context)
        writer.flush(context)
    }

    /// Runs on the loop, woken by the outbox.
    private func drain(_ context: ChannelHandlerContext) {
        let commands = outbox.take()
        var cost = 0
        for command in commands {
            cost += command.cost
            perform(command, context)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in sent(cost, context) }
        writer.flush(context, promise: promise)
        leaveIfDrained(context)
    }

    private func sent(_ count: Int, _ context: ChannelHandlerContext) {
        pulse.heard()
        let left = outbox.sent(count)
        if heldRead && left * 2 < server.limits.outboxBytesMax {
            heldRead = false
            context.read()
        }
    }

    func read(context: ChannelHandlerContext) {
        if outbox.bytes > server.limits.outboxBytesMax {
            heldRead = true
        } else {
            context.read()
        }
    }

    private func perform(_ command: ServerCommand, _ context: ChannelHandlerContext) {
        switch command {
        case .response(let id, let bytes):
            if session.mayAnswer(id) { writer.write(.response, call: id, bytes, to: context) }
        case .chunk(let id, let bytes):
            if session.mayAnswer(id) { writer.write(.chunk, call: id, bytes, to: context) }
        case .finish(let id, let outcome):
            guard session.finish(id) else { return }
            switch outcome {
            case .response(let bytes): writer.write(.response, call: id, bytes, to: context)
            case .ended: writer.write(.end, call: id, to: context)
            case .failed(let failure): answer(id, failure, context)
            }
        case .grant(let id, let count):
            if session.grant(id, count) { writer.writeWindow(call: id, credit: count, to: context) }
        case .drain(let wait): beginDrain(context, wait: wait)
        case .close: context.close(promise: nil)
        }
    }

    private func beginDrain(_ context: ChannelHandlerContext, wait: Duration) {
        guard let last = session.drain() else { return }
        goaway(context, last: last, nil)
        closeIn(wait, context)
    }

    private func closeIn(_ wait: Duration, _ context: ChannelHandlerContext) {
        drainTimer?.cancel()
        drainTimer = context.eventLoop.assumeIsolated().scheduleTask(in: wait.timeAmount) {
            context.close(promise: nil)
        }
    }

    /// All is answered. The client hangs up first, so that no byte on its way is lost to a reset; but not for ever.
    private func leaveIfDrained(_ context: ChannelHandlerContext) {
        guard session.isDrained, !hasLeft else { return }
        hasLeft = true
        closeIn(.seconds(1), context)
    }
    private var hasLeft = false
    private var isRefused = false

    /// The client has gone away: nothing more will come from it.
    private func leave(_ context: ChannelHandlerContext) {
        _ = session.drain()
        leaveIfDrained(context)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer?.cancel()
        guard let bound = session.deadlines.bound else { return }
        let wait = max(.zero, bound - .now).timeAmount
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [self] in expire(context) }
    }

    private func expire(_ context: ChannelHandlerContext) {
        for (id, call) in session.expire(.now) {
            answer(id, Failure(.deadline, "The time for this call is over."), context)
            call.cancel()
        }
        writer.flush(context)
        schedule(context)
    }

    private func beat(_ context: ChannelHandlerContext) {
        switch pulse.beat() {
        case .fine: break
        case .ask:
            writer.write(.ping, ByteBuffer(integer: UInt64(0)), to: context)
            writer.flush(context)
        case .dead: context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("wire connection broke", metadata: ["error": "\(error)", "peer": "\(peer.name)"])
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        for timer in [timer, helloTimer, drainTimer] { timer?.cancel() }
        pulse.stop()
        for call in session.close() { call.cancel() }
        _ = outbox.close()
        context.fireChannelInactive()
    }
}
