import NIOCore

/// Turns what the socket gives into frames whose bodies are slices of it.
struct FrameReader: ~Copyable {
    private var decoder: FrameDecoder

    init(messageBytesMax: Int) {
        decoder = FrameDecoder(messageBytesMax: messageBytesMax)
    }

    mutating func read(
        _ buffer: ByteBuffer, _ each: (_ header: FrameHeader, _ body: ByteBuffer, _ first: Bool) throws -> Void
    ) throws {
        var position = 0
        while true {
            let step = try buffer.withUnsafeReadableBytes { bytes in try decoder.next(bytes, from: &position) }
            switch step {
            case .hungry: return
            case .frame(let header, let range): try each(header, slice(buffer, range), true)
            case .gathered(let header, let bytes): try each(header, ByteBuffer(bytes: bytes), true)
            case .piece(let header, let range, let first): try each(header, slice(buffer, range), first)
            }
        }
    }

    private func slice(_ buffer: ByteBuffer, _ range: Range<Int>) -> ByteBuffer {
        buffer.getSlice(at: buffer.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}
