internal import CLinux
internal import Foundation
internal import Glibc
internal import Synchronization

/// Hands open blobs to other processes of this machine, so that a large file's bytes need not pass through this one.
///
/// Whoever may read a blob gets a ticket for it in another way (`offer`), connects to the socket, sends the ticket, and
/// receives the open file (SCM_RIGHTS, unix(7)): that one file for reading, and nothing of the folder it lies in.
/// A ticket is good once, and for 30 seconds.
public final class Handover: Sendable {
    static let ticketBytes = 16
    /// What is smaller comes sooner through the connection that asks for it.
    static let bytesMin: Int64 = 1 << 20
    static let offersMax = 256
    static let lifetime = Duration.seconds(30)
    /// How long one connection may hold up the next.
    static let patience: Int32 = 1000

    private struct Offer {
        let file: OpenFile
        let until: ContinuousClock.Instant
    }

    private let path: String
    private let listener: OpenFile
    private let offers = Mutex<[[UInt8]: Offer]>([:])

    /// Listens at `path`, for processes of this one's uid.
    public init(path: String) throws(BlobError) {
        let descriptor = cl_listen_records(path, 0o600)
        guard descriptor >= 0 else { throw .last("listen") }
        self.path = path
        listener = OpenFile(descriptor)
        let thread = Thread { [weak self, listener, patience = Self.patience] in
            while true {
                let connection = cl_accept_records(listener.descriptor, patience)
                if connection < 0 && errno == EINVAL { break }
                guard let self else { break }
                if connection >= 0 { self.serve(OpenFile(connection)) }
            }
        }
        thread.name = "handover"
        thread.start()
    }

    deinit { close() }

    /// Takes no more connections.
    public func close() {
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    /// A ticket for reading `count` bytes of `blob`; `nil` when they shall come in another way: there are few, the blob
    /// was not verified lately and all of it is asked for, or too many tickets wait to be used.
    public func offer(_ blob: Blob, for count: Int64) -> [UInt8]? {
        guard count >= Self.bytesMin, count < blob.size || blob.verified.holds(blob.identity) else { return nil }
        var generator = SystemRandomNumberGenerator()
        let ticket = (0..<Self.ticketBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let now = ContinuousClock.now
        return offers.withLock { offers in
            // Whoever does not come for a file must not keep it open, and its space taken.
            offers = offers.filter { $0.value.until > now }
            guard offers.count < Self.offersMax else { return nil }
            offers[ticket] = Offer(file: blob.file, until: now + Self.lifetime)
            return ticket
        }
    }

    private func serve(_ connection: OpenFile) {
        guard cl_peer_uid(connection.descriptor) == Int64(geteuid()) else { return }
        var ticket = [UInt8](repeating: 0, count: Self.ticketBytes + 1)
        let count = recv(connection.descriptor, &ticket, ticket.count, 0)
        let offer = offers.withLock { $0.removeValue(forKey: Array(ticket.prefix(max(0, count)))) }
        let isGood = offer.map { $0.until > .now } ?? false
        _ = cl_send_file(connection.descriptor, isGood ? offer?.file.descriptor ?? -1 : -1)
    }
}
