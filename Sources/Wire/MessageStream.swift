import Model
import NIOCore
public import SwiftProtobuf

/// Messages as a stream: each is preceded by its length as u32, big-endian, for a stream's chunks have no bounds of
/// their own (Docs/formats/wire.md).
extension Outgoing {
    /// Waits while the reader is slower.
    public func send(message: some Message) async throws {
        let body = try MessageBytes.encode(message)
        var framed = ByteBufferAllocator().buffer(capacity: 4 + body.readableBytes)
        framed.writeInteger(UInt32(body.readableBytes))
        framed.writeImmutableBuffer(body)
        while let piece = framed.readSlice(length: min(framed.readableBytes, Limits.chunkBytesMax)),
            piece.readableBytes > 0
        {
            try await send(Chunk(buffer: piece))
        }
    }
}

/// The reading side of `Outgoing.send(message:)`.
public struct IncomingMessages<M: Message>: AsyncSequence, Sendable {
    public typealias Element = M

    let incoming: Incoming
    let bytesMax: Int

    /// - Parameter bytesMax: a longer message breaks the stream off with `.exhausted`.
    public init(_ incoming: Incoming, of: M.Type = M.self, bytesMax: Int = 4 << 20) {
        self.incoming = incoming
        self.bytesMax = bytesMax
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: Incoming.AsyncIterator
        var buffer = ByteBuffer()
        let bytesMax: Int

        public mutating func next() async throws -> M? {
            while true {
                if let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) {
                    guard length <= bytesMax else {
                        throw Model.Failure(.exhausted, "A message of a stream is too long.")
                    }
                    if buffer.readableBytes >= 4 + Int(length) { return try message(length: Int(length)) }
                }
                guard let chunk = try await chunks.next() else {
                    guard buffer.readableBytes == 0 else {
                        throw Model.Failure(.unavailable, "A stream ended within a message.")
                    }
                    return nil
                }
                buffer.discardReadBytes()
                buffer.writeImmutableBuffer(chunk.buffer)
            }
        }

        private mutating func message(length: Int) throws -> M {
            buffer.moveReaderIndex(forwardBy: 4)
            guard let body = buffer.readSlice(length: length) else {
                throw Model.Failure(.bug, "A message of a stream is shorter than it said.")
            }
            return try MessageBytes.decode(body, orThrow: .bug)
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: incoming.makeAsyncIterator(), bytesMax: bytesMax)
    }
}
