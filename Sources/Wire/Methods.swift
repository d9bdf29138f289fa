import Model
import NIOCore
public import SwiftProtobuf

/// What a server answers: a number, who may call it, and its handler.
public struct Methods: Sendable {
    enum Shape: Sendable { case unary, upload, download }

    struct Entry: Sendable {
        let need: Need
        let shape: Shape
        let run: @Sendable (_ message: ByteBuffer, _ streams: Streams, _ call: Call) async throws -> ByteBuffer?
    }

    /// What a handler's streams are tied to; unary methods use neither.
    struct Streams: Sendable {
        let incoming: ReceiveStream?
        let outgoing: any OutgoingSink
    }

    private(set) var entries: [UInt16: Entry] = [:]

    public init() {}

    /// For the test that every method of a service is answered.
    public var numbers: [UInt16] { entries.keys.sorted() }

    /// One message in, one out.
    public mutating func unary<Q: Message, R: Message>(
        _ method: some RawRepresentable<Int>, _ need: Need,
        _ handler: @escaping @Sendable (Q, Call) async throws -> R
    ) {
        register(method.rawValue, need, .unary) { message, _, call in
            let request: Q = try MessageBytes.decode(message, orThrow: .invalid)
            return try MessageBytes.encode(await handler(request, call))
        }
    }

    /// One message and a stream in, one message out. The handler need not read to the end.
    public mutating func upload<Q: Message, R: Message>(
        _ method: some RawRepresentable<Int>, _ need: Need,
        _ handler: @escaping @Sendable (Q, Incoming, Call) async throws -> R
    ) {
        register(method.rawValue, need, .upload) { message, streams, call in
            let request: Q = try MessageBytes.decode(message, orThrow: .invalid)
            guard let stream = streams.incoming else { throw Failure(.bug, "An upload without a stream.") }
            return try MessageBytes.encode(await handler(request, Incoming(stream: stream), call))
        }
    }

    /// One message in; one message and a stream out. Whatever the handler throws after `begin` breaks the stream off.
    public mutating func download<Q: Message, R: Message>(
        _ method: some RawRepresentable<Int>, _ need: Need,
        _ handler: @escaping @Sendable (Q, Outgoing<R>, Call) async throws -> Void
    ) {
        register(method.rawValue, need, .download) { message, streams, call in
            let request: Q = try MessageBytes.decode(message, orThrow: .invalid)
            try await handler(request, Outgoing(sink: streams.outgoing), call)
            return nil
        }
    }

    private mutating func register(
        _ number: Int, _ need: Need, _ shape: Shape,
        _ run: @escaping @Sendable (ByteBuffer, Streams, Call) async throws -> ByteBuffer?
    ) {
        guard let key = UInt16(exactly: number), key != 0 else {
            preconditionFailure("method \(number) is no number from 1 to 65535")
        }
        precondition(entries[key] == nil, "method \(number) is registered twice")
        entries[key] = Entry(need: need, shape: shape, run: run)
    }
}
