/// Writes into memory that was measured beforehand: callers reserve the worst case, so nothing is checked twice.
struct ByteWriter {
    private let base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>, base: UnsafeMutablePointer<UInt8>) {
        self.base = base
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        base[count] = value
        count += 1
    }

    /// LEB128, at most 10 bytes.
    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            varint(UInt64(bytes.count))
            for value in bytes { byte(value) }
        }
    }

    /// The lowest bytes of all words, then the next, … : like compresses best beside like.
    mutating func shuffled(_ words: [UInt64]) {
        let length = words.count
        let start = base + count
        words.withUnsafeBufferPointer { words in
            for plane in 0..<8 {
                let out = start + plane * length
                let shift = UInt64(plane * 8)
                for place in 0..<length { out[place] = UInt8(truncatingIfNeeded: words[place] >> shift) }
            }
        }
        count += length * 8
    }

    /// `count` bits, the first in the lowest bit of the first byte; the rest of the last byte is 0.
    mutating func bitmap(_ length: Int, _ isSet: (Int) -> Bool) {
        for start in stride(from: 0, to: length, by: 8) {
            var bits: UInt8 = 0
            for place in start..<min(length, start + 8) where isSet(place) { bits |= 1 << UInt8(place - start) }
            byte(bits)
        }
    }
}

/// Reads bytes that nobody vouches for.
struct ByteReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var left: Int { bytes.count - place }

    mutating func byte() throws(SeriesError) -> UInt8 {
        guard place < bytes.count else { throw SeriesError("cut short") }
        defer { place += 1 }
        return bytes[place]
    }

    @inline(__always)
    mutating func varint() throws(SeriesError) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while place < bytes.count {
            let next = bytes[place]
            place += 1
            guard shift < 63 || next <= 1 else { throw SeriesError("a number has more than 64 bits") }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw SeriesError("cut short")
    }

    /// A varint that counts something of which there can be at most `max`.
    mutating func count(max: Int, _ what: StaticString) throws(SeriesError) -> Int {
        let value = try varint()
        guard value <= UInt64(max) else { throw SeriesError(what) }
        return Int(value)
    }

    mutating func text(bytesMax: Int) throws(SeriesError) -> String {
        let length = try count(max: min(bytesMax, left), "a name is longer than what is left")
        let slice = UnsafeBufferPointer(rebasing: bytes[place..<place + length])
        guard let text = String(validating: slice, as: UTF8.self) else { throw SeriesError("a name is not UTF-8") }
        place += length
        return text
    }

    mutating func shuffled(_ length: Int) throws(SeriesError) -> [UInt64] {
        guard length <= left / 8 else { throw SeriesError("cut short") }
        let start = place
        place += length * 8
        let bytes = bytes
        return [UInt64](unsafeUninitializedCapacity: length) { words, count in
            for place in 0..<length { words[place] = UInt64(bytes[start + place]) }
            for plane in 1..<8 {
                let from = start + plane * length
                let shift = UInt64(plane * 8)
                for place in 0..<length { words[place] |= UInt64(bytes[from + place]) << shift }
            }
            count = length
        }
    }

    mutating func bitmap(_ length: Int) throws(SeriesError) -> [Bool] {
        guard (length + 7) / 8 <= left else { throw SeriesError("cut short") }
        var bits: [Bool] = []
        bits.reserveCapacity(length)
        for start in stride(from: 0, to: length, by: 8) {
            let byte = try byte()
            let used = min(8, length - start)
            guard used == 8 || byte >> UInt8(used) == 0 else { throw SeriesError("a bitmap has bits too many") }
            for place in 0..<used { bits.append(byte >> UInt8(place) & 1 == 1) }
        }
        return bits
    }
}

enum ZigZag {
    @inline(__always) static func fold(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    @inline(__always) static func unfold(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
