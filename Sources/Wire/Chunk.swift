public import NIOCore

/// A piece of a stream. Its bounds mean nothing: a stream may be cut anew on its way.
public struct Chunk: Sendable {
    /// The bytes as NIO keeps them; slices share memory with what was read from the socket.
    public var buffer: ByteBuffer

    public init(buffer: ByteBuffer) {
        self.buffer = buffer
    }

    public init(_ bytes: [UInt8]) {
        self.buffer = ByteBuffer(bytes: bytes)
    }

    public var count: Int { buffer.readableBytes }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try buffer.withUnsafeReadableBytes(body)
    }
}
