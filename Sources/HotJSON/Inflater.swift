import CZlib

/// Unpacks gzip within bounds. Keeps zlib's 40 KiB of state for the next body; used by one caller at a time.
public final class Inflater {
    /// What a small body may unfold into: `bytesMax` at most, and, beyond `freeBytes`, `ratioMax` times its size.
    public struct Bounds: Sendable {
        public var bytesMax: Int
        public var ratioMax: Int
        public var freeBytes: Int

        public init(bytesMax: Int, ratioMax: Int = 250, freeBytes: Int = 8 << 20) {
            self.bytesMax = bytesMax
            self.ratioMax = ratioMax
            self.freeBytes = freeBytes
        }

        func limit(for packed: Int) -> Int {
            min(bytesMax, max(freeBytes, packed.multipliedReportingOverflow(by: ratioMax).partialValue))
        }
    }

    // zlib's state points back at this struct, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady = false

    public init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// The unpacked bytes. Throws when they are no whole gzip member, or more than `bounds` allow.
    public func inflate(_ packed: UnsafeRawBufferPointer, _ bounds: Bounds) throws(JSONError) -> [UInt8] {
        var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)
        defer { memory.deallocate() }
        let count = try inflate(packed, limit: bounds.limit(for: packed.count)) { used, wanted in
            guard memory.count < wanted else { return memory }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<used]))
            memory.deallocate()
            memory = larger
            return memory
        }
        return Array(memory[..<count])
    }

    /// Unpacks into memory that `room(used, wanted)` hands out: at least `wanted` bytes of which the first `used`
    /// are kept. Answers how many bytes there are in the end.
    func inflate(
        _ packed: UnsafeRawBufferPointer, limit: Int,
        room: (_ used: Int, _ wanted: Int) -> UnsafeMutableRawBufferPointer?
    ) throws(JSONError) -> Int {
        try begin(packed)
        var used = 0
        while true {
            let wanted = min(limit + 1, max(used * 2, packed.count * 6, 4096))
            guard let output = room(used, wanted), output.count > used else {
                throw JSONError(.tooLarge, "There is no memory for a body of this size.")
            }
            let free = min(output.count, limit + 1) - used
            stream.pointee.next_out = output.baseAddress?.advanced(by: used).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(free)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            used += free - Int(stream.pointee.avail_out)
            guard used <= limit else { throw JSONError(.tooLarge, "The body unpacks to more than \(limit) bytes.") }
            switch status {
            case Z_STREAM_END:
                guard stream.pointee.avail_in == 0 else { throw JSONError(.malformed, "Bytes follow the gzip body.") }
                return used
            case Z_OK where stream.pointee.avail_out == 0: continue
            case Z_OK, Z_BUF_ERROR: throw JSONError(.malformed, "The gzip body ends too early.")
            default: throw JSONError(.malformed, "The body is not gzip, although its Content-Encoding says so.")
            }
        }
    }

    private func begin(_ packed: UnsafeRawBufferPointer) throws(JSONError) {
        guard packed.count < Int(UInt32.max) else { throw JSONError(.tooLarge, "The body is too large.") }
        // 15 window bits; 16 more: a gzip header, and nothing else.
        let status =
            isReady
            ? inflateReset(stream) : inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw JSONError(.tooLarge, "There is no memory to unpack the body.") }
        isReady = true
        let start = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        stream.pointee.avail_in = UInt32(packed.count)
    }
}
