internal import CLinux
internal import Glibc
internal import Model
internal import NIOCore
public import NIOPosix

/// Fetches the open files that the artifact service of this machine hands out.
public struct HandedFiles: Sendable {
    private static let patience: Int32 = 2000

    let path: String
    let threads: NIOThreadPool

    /// `path` is where the service listens for tickets; `threads` wait for the disk.
    public init(path: String, threads: NIOThreadPool = .singleton) {
        self.path = path
        self.threads = threads
    }

    /// Throws `.unavailable` when there is nobody there, or the ticket is not good any more.
    func fetch(_ ticket: [UInt8]) async throws -> HandedFile {
        try await threads.runIfActive { [path] in
            let connection = cl_connect_records(path, Self.patience)
            guard connection >= 0 else { throw HandedFile.gone }
            defer { close(connection) }
            guard send(connection, ticket, ticket.count, Int32(MSG_NOSIGNAL)) == ticket.count else {
                throw HandedFile.gone
            }
            let file = cl_receive_file(connection)
            guard file >= 0 else { throw HandedFile.gone }
            return HandedFile(descriptor: file)
        }
    }
}

/// A file that another process has opened for this one; closed when the last user lets go.
final class HandedFile: Sendable {
    static let pieceBytes = 512 * 1024
    static let gone = Failure(.unavailable, "The file could not be fetched.", reason: "handover")

    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Hands `write` the bytes in pieces; while one is written, the next is read. Throws when the file ends before, and
    /// `.deadline` when a piece is due after `until`.
    func copy(
        from: Int64, count: Int64, until: ContinuousClock.Instant, threads: NIOThreadPool,
        to write: (ByteBuffer) async throws -> Void
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let end = from + count
        func piece(at offset: Int64) -> EventLoopFuture<ByteBuffer>? {
            guard offset < end else { return nil }
            let count = Int(min(Int64(Self.pieceBytes), end - offset))
            return threads.runIfActive(eventLoop: loop) { try self.read(count, at: offset) }
        }
        var (offset, ahead) = (from, piece(at: from))
        while let coming = ahead {
            let bytes = try await coming.get()
            guard .now < until else { throw Failure(.deadline, "The file took too long.", reason: "deadline") }
            offset += Int64(bytes.readableBytes)
            ahead = piece(at: offset)
            try await write(bytes)
        }
    }

    private func read(_ count: Int, at offset: Int64) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let (done, wanted) = (buffer.readableBytes, count - buffer.readableBytes)
            var isInterrupted = false
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { room in
                let got = pread(descriptor, room.baseAddress, wanted, off_t(offset) + done)
                isInterrupted = got < 0 && errno == EINTR
                return max(0, got)
            }
            guard got > 0 || isInterrupted else {
                throw Failure(.unavailable, "The bytes of this file could not be read.", reason: "file_damaged")
            }
        }
        return buffer
    }
}
