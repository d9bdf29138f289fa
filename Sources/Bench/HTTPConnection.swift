import Foundation
import Glibc

/// A keep-alive HTTP/1.1 connection that blocks its thread: the least that can measure a server.
///
/// It understands replies with `Content-Length` only, which is what Halley answers writes with.
final class HTTPConnection {
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private static let headBytesMax = 16 << 10
    private static let waitSeconds = 60

    private let socket: Int32
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    private var filled = 0

    init(_ target: BenchTarget) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Broken(description: "No socket: errno \(errno).") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(target.port).bigEndian
        guard inet_pton(AF_INET, target.host, &address.sin_addr) == 1 else {
            throw Broken(description: "\(target.host) is not an IPv4 address; the bench speaks plain HTTP to one.")
        }
        var (on, wait) = (Int32(1), timeval(tv_sec: HTTPConnection.waitSeconds, tv_usec: 0))
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            throw Broken(description: "Nothing answers at \(target.host):\(target.port) (errno \(errno)).")
        }
    }

    deinit {
        close(socket)
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.send(
                socket, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            guard count > 0 else { throw Broken(description: "The connection broke while sending: errno \(errno).") }
            sent += count
        }
    }

    /// The whole reply; throws unless its status is 200. `body` gets it in pieces.
    func receive(_ body: (UnsafeRawBufferPointer) -> Void = { _ in }) throws {
        var head = headLength()
        while head == nil {
            guard filled < HTTPConnection.headBytesMax else {
                throw Broken(description: "The reply has no end of head.")
            }
            try fill()
            head = headLength()
        }
        let text = String(decoding: buffer[..<(head ?? 0)], as: UTF8.self)
        var left = try HTTPConnection.contentLength(text)
        let isGood = text.hasPrefix("HTTP/1.1 200")
        var complaint = isGood ? "" : String(text.prefix { $0 != "\r\n" }) + ": "
        drop(head ?? 0)
        while left > 0 {
            if filled == 0 { try fill() }
            let count = min(filled, left)
            buffer.withUnsafeBytes { bytes in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                if isGood { body(piece) } else { complaint += String(decoding: piece.prefix(500), as: UTF8.self) }
            }
            drop(count)
            left -= count
        }
        guard isGood else { throw Broken(description: complaint) }
    }

    private func fill() throws {
        let start = filled
        let count = buffer.withUnsafeMutableBytes { bytes in
            recv(socket, bytes.baseAddress?.advanced(by: start), bytes.count - start, 0)
        }
        guard count > 0 else { throw Broken(description: "The connection ended before the reply did: errno \(errno).") }
        filled += count
    }

    private func drop(_ count: Int) {
        let left = filled - count
        if left > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                memmove(base, base + count, left)
            }
        }
        filled = left
    }

    /// Up to and with the empty line.
    private func headLength() -> Int? {
        var at = 3
        while at < filled {
            if buffer[at] == 10, buffer[at - 1] == 13, buffer[at - 2] == 10, buffer[at - 3] == 13 { return at + 1 }
            at += 1
        }
        return nil
    }

    private static func contentLength(_ head: String) throws -> Int {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            if let length = Int(line.dropFirst(15).filter { $0 != " " }) { return length }
        }
        throw Broken(description: "The reply has no Content-Length: \(head.prefix(200))")
    }
}
