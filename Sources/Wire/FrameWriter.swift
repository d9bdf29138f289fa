import NIOCore

/// Gathers the frames of one turn of the loop: small ones lie side by side in one buffer, large bodies go to the socket
/// as they are, and one `writev` takes all of it.
///
/// A class, for it is entered again: when the socket refuses a flush, NIO first hands on what can still be read, and
/// the handler writes answers to that while the flush is under way. Nothing is changed after a call into the channel.
final class FrameWriter {
    /// Up to here copying is cheaper than another element of the vector.
    private static let copiedBytesMax = 8192

    private var batch = ByteBuffer()
    private(set) var hasWritten = false

    func write(
        _ kind: FrameHeader.Kind, method: UInt16 = 0, call: UInt32 = 0, _ body: ByteBuffer = ByteBuffer(),
        to context: ChannelHandlerContext
    ) {
        header(kind, method: method, call: call, bodyCount: body.readableBytes)
        append(body, context)
    }

    /// A request's body has two parts, which are joined only here.
    func writeRequest(
        method: UInt16, call: UInt32, head: ByteBuffer, message: ByteBuffer, to context: ChannelHandlerContext
    ) {
        header(.request, method: method, call: call, bodyCount: 2 + head.readableBytes + message.readableBytes)
        batch.writeInteger(UInt16(head.readableBytes))
        batch.writeImmutableBuffer(head)
        append(message, context)
    }

    func writeWindow(call: UInt32, credit: Int, to context: ChannelHandlerContext) {
        header(.window, method: 0, call: call, bodyCount: 4)
        batch.writeInteger(UInt32(credit))
        hasWritten = true
    }

    private func header(_ kind: FrameHeader.Kind, method: UInt16, call: UInt32, bodyCount: Int) {
        FrameWriter.header(kind, method: method, call: call, bodyCount: bodyCount, into: &batch)
    }

    static func header(
        _ kind: FrameHeader.Kind, method: UInt16, call: UInt32, bodyCount: Int, into buffer: inout ByteBuffer
    ) {
        buffer.writeMultipleIntegers(
            UInt32(FrameHeader.countedBytes + bodyCount), FrameHeader.version, kind.rawValue, method, call)
    }

    private func append(_ body: ByteBuffer, _ context: ChannelHandlerContext) {
        hasWritten = true
        guard body.readableBytes > FrameWriter.copiedBytesMax else {
            batch.writeImmutableBuffer(body)
            return
        }
        writeBatch(context)
        context.write(NIOAny(body), promise: nil)
    }

    private func writeBatch(_ context: ChannelHandlerContext) {
        guard batch.readableBytes > 0 else { return }
        let full = batch
        batch = ByteBuffer()
        context.write(NIOAny(full), promise: nil)
    }

    /// `promise` is kept when the socket has taken everything up to here.
    func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        guard hasWritten else {
            promise?.succeed()
            return
        }
        hasWritten = false
        let last = batch
        batch = ByteBuffer()
        context.writeAndFlush(NIOAny(last), promise: promise)
    }
}
