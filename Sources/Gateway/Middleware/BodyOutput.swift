import Hummingbird
import NIOCore

/// Where a body is written to while calls to services run.
///
/// Unchecked: Hummingbird hands its writer to one closure, which awaits each write before the next; it is a class
/// so that a service's stream can be copied into it from another isolation.
final class BodyOutput: @unchecked Sendable {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(buffer)
    }
}

extension ResponseBody {
    /// Ends when `write` returns; when it throws, the connection is closed, so that nobody takes the
    /// part for the whole.
    static func streamed(
        contentLength: Int? = nil, _ write: @escaping @Sendable (BodyOutput) async throws -> Void
    ) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            try await write(BodyOutput(writer))
            try await writer.finish(nil)
        }
    }
}
