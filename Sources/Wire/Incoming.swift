import Model
import NIOCore

/// The chunks of a stream as they arrive, once, for one reader. Reading grants the sender more; not reading stops this
/// stream, and no other.
///
/// Throws the sender's failure when the stream breaks off, and `CancellationError` when the reading task is cancelled.
public struct Incoming: AsyncSequence, Sendable {
    let stream: ReceiveStream

    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: ReceiveStream

        public func next() async throws -> Chunk? {
            try await stream.next().map { Chunk(buffer: $0) }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: stream)
    }
}

extension Incoming {
    /// A stream that holds these chunks, without any connection. For tests of handlers.
    public init(_ chunks: [Chunk]) {
        stream = ReceiveStream(window: .max / 4) { _ in }
        for chunk in chunks { stream.deliver(chunk.buffer) }
        stream.finish()
    }
}
