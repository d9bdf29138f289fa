import Dispatch
import Foundation
import Glibc
import Synchronization

/// Reaching a directory, within a time.
enum DirectorySocket {
    static let connectSecondsMax = 3.0

    /// A connected socket, which blocks. Each address of the host gets its turn.
    static func connected(to place: DirectoryPlace, until: Date) throws(DirectoryError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(place.host, "\(place.port)", &hints, &found) == 0, let found else { throw .unresolved }
        defer { freeaddrinfo(found) }
        let end = min(until, Date().addingTimeInterval(connectSecondsMax))
        for entry in sequence(first: found, next: { $0.pointee.ai_next }).prefix(4) {
            if let descriptor = connect(to: entry.pointee, until: end) { return descriptor }
        }
        throw Date() < end ? .unreachable : .timedOut
    }

    private static func connect(to address: addrinfo, until: Date) -> Int32? {
        let kind = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { return nil }
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 || settles(descriptor, until),
            fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) == 0
        {
            return descriptor
        }
        close(descriptor)
        return nil
    }

    private static func settles(_ descriptor: Int32, _ until: Date) -> Bool {
        guard errno == EINPROGRESS else { return false }
        let milliseconds = Int32(clamping: Int(until.timeIntervalSinceNow * 1000))
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard milliseconds > 0, poll(&waiting, 1, milliseconds) == 1 else { return false }
        var (problem, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0
    }
}

/// Hangs up when time is out: whatever waits for the other side, in a handshake or for an answer, then returns.
final class Fuse: Sendable {
    private struct State {
        var descriptor: Int32?
        var isBlown = false
    }

    private let state: Mutex<State>

    /// Holds the socket by a number of its own: that of the session may be another's as soon as libldap has closed it.
    /// `nil`: there is no number left.
    init?(_ descriptor: Int32, until: Date) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        state = Mutex(State(descriptor: copy))
        guard copy >= 0 else { return nil }
        DispatchQueue.global().asyncAfter(deadline: .now() + max(0, until.timeIntervalSinceNow)) { [weak self] in
            self?.state.withLock { state in
                guard let held = state.descriptor else { return }
                state.isBlown = true
                _ = shutdown(held, Int32(SHUT_RDWR))
            }
        }
    }

    deinit { remove() }

    var isBlown: Bool { state.withLock { $0.isBlown } }

    func remove() {
        state.withLock { state in
            if let held = state.descriptor, held >= 0 { close(held) }
            state.descriptor = nil
        }
    }
}

/// Does work that may write to a socket which is hung up. The signal that the kernel then sends would end the process:
/// it is held off this thread, and taken away before others run here.
func withoutPipeSignal<T>(_ work: () throws(DirectoryError) -> T) throws(DirectoryError) -> T {
    var (pipe, before) = (sigset_t(), sigset_t())
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    guard pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0 else { throw .unreachable }
    defer {
        if sigismember(&before, SIGPIPE) == 0 {
            var now = timespec()
            while sigtimedwait(&pipe, nil, &now) == SIGPIPE {}
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
    }
    return try work()
}
