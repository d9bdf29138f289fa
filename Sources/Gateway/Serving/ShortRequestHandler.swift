import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers the short requests of a connection, and lets the others through to Hummingbird. Requests are answered one
/// after the other, whoever does (RFC 9112 §9.3.2): what comes during an answer of this handler is held back.
final class ShortRequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// Hummingbird has that many requests to answer.
        case passing(Int)
        /// The body is gathered beside it: a piece is added without copying those before.
        case reading(HTTPRequest, FixedResponses.Responder)
        case answering
    }

    /// What came in during an answer.
    private enum Held {
        case part(HTTPRequestPart)
        case event(ChannelEvent)
        case error(any Error)
    }

    private let short: ShortRequests
    private var state = State.passing(0)
    private var body = ByteBuffer()
    private var held = CircularBuffer<Held>()
    private var isReleasing = false
    private var wantsRead = false

    init(_ short: ShortRequests) {
        self.short = short
    }

    private var isAnswering: Bool {
        if case .answering = state { true } else { false }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context)
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.answering, _):
            held.append(.part(part))
        case (.reading, .body(var piece)):
            if body.readableBytes == 0 { body = piece } else { body.writeBuffer(&piece) }
        case (.reading(let head, let responder), .end):
            state = .answering
            answer(head, responder, context)
        case (.passing(0), .head(let head)):
            if let responder = short.responder(for: head) {
                (state, body) = (.reading(head, responder), ByteBuffer())
            } else {
                pass(part, as: 1, context)
            }
        case (.passing(let count), .head):
            pass(part, as: count + 1, context)
        default:
            context.fireChannelRead(wrapInboundOut(part))
        }
    }

    private func pass(_ head: HTTPRequestPart, as count: Int, _ context: ChannelHandlerContext) {
        state = .passing(count)
        context.fireChannelRead(wrapInboundOut(head))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .passing(let count) = state, count > 0, case .end = unwrapOutboundIn(data) {
            state = .passing(count - 1)
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isAnswering, let event = event as? ChannelEvent, event == .inputClosed {
            held.append(.event(event))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isAnswering { return held.append(.error(error)) }
        // What is half read is nobody's request any more.
        if case .reading = state { state = .passing(0) }
        context.fireErrorCaught(error)
    }

    /// Whoever sends on without awaiting answers waits, once there is something of theirs.
    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { wantsRead = true }
    }

    private func answer(
        _ head: HTTPRequest, _ responder: FixedResponses.Responder, _ context: ChannelHandlerContext
    ) {
        let (short, body, channel, loop) = (short, body, context.channel, context.eventLoop)
        self.body = ByteBuffer()
        let here = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        Task.immediate {
            let answer = try? await short.answer(head, body, on: channel, responder)
            if loop.inEventLoop {
                here.value.handler.finish(answer, here.value.context)
            } else {
                loop.execute { here.value.handler.finish(answer, here.value.context) }
            }
        }
    }

    /// - Parameter answer: `nil` to close the connection.
    private func finish(_ answer: ShortRequests.Answer?, _ context: ChannelHandlerContext) {
        if let answer {
            context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
            if answer.body.readableBytes > 0 { context.write(wrapOutboundOut(.body(answer.body)), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            context.close(promise: nil)
        }
        state = .passing(0)
        goOn(context)
    }

    /// What was held back, until there is another answer to wait for. An answer that needs no waiting comes back here
    /// from within, and thousands of them must not lie on one another.
    private func goOn(_ context: ChannelHandlerContext) {
        guard !held.isEmpty, !isReleasing else { return }
        isReleasing = true
        while !isAnswering, let next = held.popFirst() {
            switch next {
            case .part(let part): take(part, context)
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .error(let error): context.fireErrorCaught(error)
            }
        }
        isReleasing = false
        // Whoever awaits requests is told of them at the end of a read, and that of these is long past.
        context.fireChannelReadComplete()
        guard held.isEmpty, wantsRead else { return }
        wantsRead = false
        context.read()
    }
}
