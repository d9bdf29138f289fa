import Glibc
import Sealing

/// Messages through a socket: `u32` length, big-endian, and so many bytes. Blocks.
enum Frames {
    /// False when nobody reads there any more.
    static func write(_ body: [UInt8], to descriptor: Int32) -> Bool {
        let frame = withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
        var sent = 0
        while sent < frame.count {
            let count = frame.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: sent), frame.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// `nil` at the end, and for a length that no message has.
    static func read(from descriptor: Int32) -> [UInt8]? {
        guard let head = read(4, from: descriptor) else { return nil }
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        guard count <= DigestOrder.bytesMax else { return nil }
        return read(count, from: descriptor)
    }

    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var (bytes, got) = ([UInt8](repeating: 0, count: count), 0)
        while got < count {
            let more = bytes.withUnsafeMutableBytes { into in
                Glibc.read(descriptor, into.baseAddress?.advanced(by: got), count - got)
            }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { return nil }
            got += more
        }
        return bytes
    }
}
