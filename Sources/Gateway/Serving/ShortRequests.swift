import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What is answered without Hummingbird's stream of request parts: a POST to one of the fixed paths whose whole body
/// is short, and announced as such.
struct ShortRequests: Sendable {
    /// Of a body. A connection holds that much for a caller who is not known yet.
    static let bytesMax = 256 << 10

    typealias Answer = (head: HTTPResponse, body: ByteBuffer)

    let fixed: FixedResponses
    let logger: Logger
    private let clock = ResponseClock()

    init(fixed: FixedResponses, logger: Logger) {
        (self.fixed, self.logger) = (fixed, logger)
    }

    /// Who answers this; `nil` for Hummingbird.
    func responder(for head: HTTPRequest) -> FixedResponses.Responder? {
        let fields = head.headerFields
        guard head.method == .post, let path = head.path, let responder = fixed.byPath[path],
            let length = fields.value(.contentLength).flatMap({ Int($0) }), length <= Self.bytesMax,
            !fields.contains(.expect), (fields.value(.connection) ?? "keep-alive").lowercased() == "keep-alive"
        else { return nil }
        return responder
    }

    /// The whole answer. Throws what must close the connection.
    func answer(
        _ head: HTTPRequest, _ body: ByteBuffer, on channel: any Channel, _ responder: FixedResponses.Responder
    ) async throws -> Answer {
        let context = EdgeContext(source: .init(channel: channel, logger: logger))
        let request = Request(head: head, body: RequestBody(buffer: body))
        var response = try await fixed.answer(request, context, responder)
        response.headers[.date] = clock.now
        let whole = WholeBody()
        try await response.body.write(whole)
        return (response.head, whole.bytes)
    }
}

/// A body as one piece, as those of `Reply` are anyway.
private final class WholeBody: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) {
        guard bytes.readableBytes > 0 else {
            bytes = buffer
            return
        }
        var buffer = buffer
        bytes.writeBuffer(&buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
