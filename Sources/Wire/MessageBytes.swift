import Model
import NIOCore
import SwiftProtobuf

/// Lets protobuf write into, and read from, a `ByteBuffer` without a copy.
struct MessageBytes: SwiftProtobufContiguousBytes {
    var buffer: ByteBuffer

    init(_ buffer: ByteBuffer) {
        self.buffer = buffer
    }

    init(repeating: UInt8, count: Int) {
        buffer = ByteBuffer(repeating: repeating, count: count)
    }

    init<S: Sequence>(_ sequence: S) where S.Element == UInt8 {
        buffer = ByteBuffer(bytes: sequence)
    }

    var count: Int { buffer.readableBytes }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try buffer.withUnsafeReadableBytes(body)
    }

    mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        try buffer.withUnsafeMutableReadableBytes(body)
    }
}

extension MessageBytes {
    static func encode(_ message: some Message) throws(Failure) -> ByteBuffer {
        do {
            let bytes: MessageBytes = try message.serializedBytes()
            return bytes.buffer
        } catch {
            throw Failure(.bug, "A message could not be encoded.", detail: "\(error)")
        }
    }

    /// Throws `code` when the bytes are not an `M`.
    static func decode<M: Message>(
        _ buffer: ByteBuffer, as: M.Type = M.self, orThrow code: Failure.Code
    ) throws(Failure) -> M {
        do {
            return try M(serializedBytes: MessageBytes(buffer))
        } catch {
            throw Failure(code, "The message is not a valid \(M.protoMessageName).")
        }
    }
}
