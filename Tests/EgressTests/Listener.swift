import Foundation
import Glibc
import Synchronization

/// A peer on the loopback that counts who comes, and answers each in one way.
final class Listener: Sendable {
    enum Manner: Sendable { case hello, redirect, endless, headers, silent }

    let port: Int
    private let socket: Int32
    private let count = Mutex(0)

    var connections: Int { count.withLock { $0 } }

    static func with(_ manner: Manner = .hello, _ body: (Listener) async throws -> Void) async throws {
        let listener = try Listener(manner)
        // Wakes the thread that accepts. It closes the socket itself: until then the number must not be another's.
        defer { shutdown(listener.socket, Int32(SHUT_RDWR)) }
        try await body(listener)
    }

    private init(_ manner: Manner) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, size) + listen(socket, 16) + getsockname(socket, address, &size)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRINUSE) }
        self.socket = socket
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in
            defer { close(socket) }
            while true {
                let peer = accept(socket, nil, nil)
                guard peer >= 0 else { return }
                count.withLock { $0 += 1 }
                Thread { Self.serve(peer, manner) }.start()
            }
        }.start()
    }

    private static func serve(_ peer: Int32, _ manner: Manner) {
        defer { close(peer) }
        var request = [UInt8](repeating: 0, count: 4096)
        guard recv(peer, &request, request.count, 0) > 0 else { return }
        func say(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
        switch manner {
        case .hello: _ = say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        case .redirect:
            _ = say("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n")
        case .endless:
            _ = say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            let piece = String(repeating: " ", count: 16_384)
            while say(piece) {}
        case .headers:
            _ = say("HTTP/1.1 200 OK\r\n")
            let line = "X: " + String(repeating: "x", count: 1000) + "\r\n"
            while say(line) {}
        case .silent:
            // Until the client goes.
            _ = recv(peer, &request, request.count, 0)
        }
    }
}
