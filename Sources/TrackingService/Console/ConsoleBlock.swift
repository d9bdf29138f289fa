/// Lines as they are stored (Docs/formats/console-block.md): a format byte, then varints and UTF-8.
enum ConsoleBlock {
    static let version: UInt8 = 1
    static let textBytesMax = 256 * 1024
    static let linesMax = 4096

    struct Malformed: Error {}

    static func encode(_ lines: [ConsoleLine]) -> [UInt8] {
        var out: [UInt8] = [version]
        out.reserveCapacity(lines.reduce(16) { $0 + $1.text.utf8.count + 12 })
        put(UInt64(lines.count), &out)
        var (offset, time): (Int64, Int64) = (0, 0)
        for line in lines {
            putSigned(line.offset &- offset, &out)
            putSigned(line.time &- time, &out)
            put(UInt64(line.piece) << 2 | (line.context.isEmpty ? 0 : 2) | (line.isError ? 1 : 0), &out)
            if !line.context.isEmpty { put(line.context, &out) }
            put(line.text, &out)
            (offset, time) = (line.offset, line.time)
        }
        return out
    }

    static func decode(_ bytes: [UInt8]) throws(Malformed) -> [ConsoleLine] {
        guard bytes.first == version else { throw Malformed() }
        var reader = Reader(bytes: bytes, at: 1)
        let count = try reader.number()
        guard count <= UInt64(bytes.count) else { throw Malformed() }
        var lines: [ConsoleLine] = []
        lines.reserveCapacity(Int(count))
        var (offset, time): (Int64, Int64) = (0, 0)
        for _ in 0..<count {
            offset &+= try reader.signed()
            time &+= try reader.signed()
            let flags = try reader.number()
            let context = flags & 2 != 0 ? try reader.text() : ""
            lines.append(
                ConsoleLine(
                    offset: offset, piece: Int(truncatingIfNeeded: flags >> 2), isError: flags & 1 != 0,
                    text: try reader.text(), time: time, context: context))
        }
        return lines
    }

    /// FNV-1a over offsets, streams and texts: equal for the same post, however often and whenever it comes.
    static func digest(_ lines: [ConsoleLine]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for line in lines {
            withUnsafeBytes(of: line.offset.bigEndian) { $0.forEach(mix) }
            mix(line.isError ? 1 : 0)
            line.text.utf8.forEach(mix)
            mix(0xff)
        }
        return Int64(bitPattern: hash)
    }

    private static func put(_ number: UInt64, _ out: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            out.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }

    /// Zigzag: small numbers of either sign are short.
    private static func putSigned(_ number: Int64, _ out: inout [UInt8]) {
        put(UInt64(bitPattern: (number << 1) ^ (number >> 63)), &out)
    }

    private static func put(_ text: String, _ out: inout [UInt8]) {
        put(UInt64(text.utf8.count), &out)
        out += text.utf8
    }

    private struct Reader {
        let bytes: [UInt8]
        var at: Int

        mutating func number() throws(Malformed) -> UInt64 {
            var (result, shift): (UInt64, UInt64) = (0, 0)
            while at < bytes.count, shift < 64 {
                let byte = bytes[at]
                at += 1
                result |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return result }
                shift += 7
            }
            throw Malformed()
        }

        mutating func signed() throws(Malformed) -> Int64 {
            let raw = try number()
            return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
        }

        mutating func text() throws(Malformed) -> String {
            let count = try number()
            guard count <= UInt64(bytes.count - at) else { throw Malformed() }
            defer { at += Int(count) }
            return String(decoding: bytes[at..<at + Int(count)], as: UTF8.self)
        }
    }
}
