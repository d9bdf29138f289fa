import Foundation
import Glibc
import Model

/// Asks one HTTP question of a process on this machine, with small means.
enum Probe {
    enum Place: Sendable {
        case unix(String)
        case tcp(Endpoint)
    }

    /// The status and the body; `nil` when nobody answers in time. Blocks its thread, so it runs on one of its own.
    static func get(_ target: String, at place: Place, seconds: Int = 3) async -> (status: Int, body: String)? {
        await withCheckedContinuation { done in
            Thread.detachNewThread { done.resume(returning: ask(target, place, seconds)) }
        }
    }

    /// Whether somebody accepts connections there.
    static func isListening(at place: Place) -> Bool {
        guard let descriptor = connected(place, seconds: 1) else { return false }
        close(descriptor)
        return true
    }

    private static func ask(_ target: String, _ place: Place, _ seconds: Int) -> (status: Int, body: String)? {
        guard let descriptor = connected(place, seconds: seconds) else { return nil }
        defer { close(descriptor) }
        let request = Array("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 20 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            guard count > 0 else { return nil }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 "), let status = Int(text.dropFirst(9).prefix(3)) else { return nil }
        let body = text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        return (status, body)
    }

    private static func connected(_ place: Place, seconds: Int) -> Int32? {
        let family =
            switch place {
            case .unix: AF_UNIX
            case .tcp(let endpoint): endpoint.host.contains(":") ? AF_INET6 : AF_INET
            }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, to: place) else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func connect(_ descriptor: Int32, to place: Place) -> Bool {
        switch place {
        case .unix(let path):
            guard var address = UnixListener.address(path) else { return false }
            return connect(descriptor, &address)
        case .tcp(let endpoint) where endpoint.host.contains(":"):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(UInt16(endpoint.port)).bigEndian
            let host = endpoint.host == "::" ? "::1" : endpoint.host
            guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return false }
            return connect(descriptor, &address)
        case .tcp(let endpoint):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(endpoint.port)).bigEndian
            let host = ["0.0.0.0", "localhost"].contains(endpoint.host) ? "127.0.0.1" : endpoint.host
            guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
            return connect(descriptor, &address)
        }
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Bool {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
    }
}
