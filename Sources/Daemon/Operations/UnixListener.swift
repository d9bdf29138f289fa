import Foundation
import Glibc
import Model
import Synchronization

/// A Unix socket which answers small HTTP requests, one after the other.
final class UnixListener: Sendable {
    private let descriptor: Int32
    private let path: String
    private let stopped = Atomic(false)

    private static let requestBytesMax = 8192
    private static let waitSeconds = 5

    /// Replaces what a dead process left at `path`.
    init(_ path: String) throws(Failure) {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, var address = UnixListener.address(path) else {
            throw Failure(.unavailable, "The socket \(path) cannot be made.")
        }
        unlink(path)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, chmod(path, 0o600) == 0, listen(descriptor, 16) == 0 else {
            let why = String(cString: strerror(errno))
            close(descriptor)
            throw Failure(.unavailable, "Nothing can listen at \(path): \(why).")
        }
    }

    /// `nil` when the path is too long for one.
    static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    /// Until `stop`, on the calling thread.
    func serve(_ handle: (OperationsRequest) -> Void) {
        while !stopped.load(ordering: .relaxed) {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 250) > 0 else { continue }
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            serve(connection, handle)
            close(connection)
        }
        close(descriptor)
    }

    func stop() {
        stopped.store(true, ordering: .relaxed)
        unlink(path)
    }

    private func serve(_ connection: Int32, _ handle: (OperationsRequest) -> Void) {
        var limit = timeval(tv_sec: UnixListener.waitSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard let target = readTarget(connection) else { return }
        let request = OperationsRequest(target: target)
        handle(request)
        guard let answer = request.awaitAnswer(seconds: Double(UnixListener.waitSeconds)) else { return }
        var rest = answer.bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// The path of a GET, once the whole head is there.
    private func readTarget(_ connection: Int32) -> String? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        while head.count < UnixListener.requestBytesMax {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer[..<count]
            guard head.suffix(4) == [13, 10, 13, 10] else { continue }
            let words = String(decoding: head, as: UTF8.self).prefix { $0 != "\r\n" }.split(separator: " ")
            return words.count == 3 && words[0] == "GET" ? String(words[1]) : nil
        }
        return nil
    }
}
