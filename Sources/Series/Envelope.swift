/// The outermost bytes: what is inside and how it is packed, then the content with a checksum.
enum Envelope: UInt8 {
    /// Columns of one series, as a zstd frame.
    case columnsPacked = 0x10
    /// The same as they are: smaller and faster for a few points.
    case columnsStored = 0x11
    /// Several series.
    case blockPacked = 0x20
    case blockStored = 0x21

    /// Below this zstd gains nothing.
    static let storedBytesMax = 128

    /// - Parameter bytesMax: what `write` may need.
    static func seal(
        packed: Envelope, stored: Envelope, storedBytesMax: Int = Envelope.storedBytesMax, bytesMax: Int,
        _ write: (inout ByteWriter) -> Void
    ) throws(SeriesError) -> [UInt8] {
        let content = [UInt8](unsafeUninitializedCapacity: bytesMax + 5) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            var writer = ByteWriter(buffer, base: base)
            writer.byte(stored.rawValue)
            write(&writer)
            let sum = checksum(UnsafeBufferPointer(start: base + 1, count: writer.count - 1))
            for shift in [0, 8, 16, 24] as [UInt32] { writer.byte(UInt8(truncatingIfNeeded: sum >> shift)) }
            count = writer.count
        }
        if content.count <= storedBytesMax + 5 { return content }
        return try content.withUnsafeBufferPointer { bytes throws(SeriesError) in
            try Zstd.compress(UnsafeBufferPointer(rebasing: bytes[1..<bytes.count - 4]), after: packed.rawValue)
        }
    }

    /// Checks the checksum and that `read` consumes the content to its last byte.
    static func open<Value>(
        _ bytes: [UInt8], packed: Envelope, stored: Envelope, bytesMax: Int,
        _ read: (inout ByteReader) throws(SeriesError) -> Value
    ) throws(SeriesError) -> Value {
        let content: [UInt8]
        switch bytes.first {
        case stored.rawValue:
            guard bytes.count >= 5, bytes.count - 5 <= bytesMax else { throw SeriesError("cut short") }
            let matches = bytes.withUnsafeBufferPointer { bytes in
                let sum = checksum(UnsafeBufferPointer(rebasing: bytes[1..<bytes.count - 4]))
                return (0..<4).allSatisfy { bytes[bytes.count - 4 + $0] == UInt8(truncatingIfNeeded: sum >> ($0 * 8)) }
            }
            guard matches else { throw SeriesError("a wrong checksum") }
            content = Array(bytes[1..<bytes.count - 4])
        case packed.rawValue:
            content = try bytes.withUnsafeBufferPointer { bytes throws(SeriesError) in
                try Zstd.decompress(UnsafeBufferPointer(rebasing: bytes[1...]), bytesMax: bytesMax)
            }
        default:
            throw SeriesError("an unknown format")
        }
        return try content.withUnsafeBufferPointer { content throws(SeriesError) in
            var reader = ByteReader(content)
            let value = try read(&reader)
            guard reader.left == 0 else { throw SeriesError("bytes left over") }
            return value
        }
    }

    /// FNV-1a over words of 8 bytes, little-endian, the last filled up with zeros, after the length; both halves XORed.
    /// Every step is a bijection, so that a change within one word never goes unseen.
    static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let prime: UInt64 = 0x100_0000_01b3
        var hash = (0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)) &* prime
        let raw = UnsafeRawBufferPointer(bytes)
        var place = 0
        while place + 8 <= raw.count {
            hash = (hash ^ UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))) &* prime
            hash ^= hash >> 29
            place += 8
        }
        var rest: UInt64 = 0
        for (index, byte) in raw[place...].enumerated() { rest |= UInt64(byte) << UInt64(index * 8) }
        hash = (hash ^ rest) &* prime
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
