import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// The body of a request with `Expect: 100-continue` (RFC 9110 §10.1.1), whose sender waits for leave.
///
/// Leave is given when a handler begins to read. By then it has looked at the key, the address and the length; who is
/// refused for one of these is told at once and need not send the body.
struct AwaitedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let channel: any Channel

    static func isAwaited(_ request: Request) -> Bool {
        request.headers.value(.expect)?.lowercased() == "100-continue"
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: RequestBody.AsyncIterator
        /// `nil` once leave was given.
        var waiting: (any Channel)?

        mutating func next() async throws -> ByteBuffer? {
            if let channel = waiting.take() { try await AwaitedBody.giveLeave(on: channel) }
            return try await pieces.next(isolation: #isolation)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), waiting: channel)
    }

    /// Past the encoder, which takes every head for the one of the response. Nothing else can be written now: the
    /// answer before is finished, and this request's comes from whoever reads here.
    private static func giveLeave(on channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
            let leave = channel.allocator.buffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
            encoder.writeAndFlush(NIOAny(leave), promise: nil)
        }.get()
    }
}
