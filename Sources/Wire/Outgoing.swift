import Model
import NIOCore
public import SwiftProtobuf
import Synchronization

/// The answer of a download: first one message, then chunks. Its end is the handler's return.
public struct Outgoing<R: Message>: Sendable {
    let sink: any OutgoingSink

    /// Answers with `response`; exactly once, before the first chunk.
    public func begin(_ response: R) throws {
        try sink.begin(MessageBytes.encode(response))
    }

    /// Returns once the chunk is on its way; waits while the reader is slower.
    /// Throws when the caller has gone, and `CancellationError` when the call was cancelled.
    public func send(_ chunk: Chunk) async throws {
        try await sink.send(chunk.buffer)
    }
}

protocol OutgoingSink: Sendable {
    func begin(_ response: ByteBuffer) throws
    func send(_ bytes: ByteBuffer) async throws
}
