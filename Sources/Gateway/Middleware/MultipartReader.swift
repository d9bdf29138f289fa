import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Wire

/// The parts of a request's multipart body, one after the other, at constant memory.
///
/// `@unchecked Sendable`: the body of one request is read by its handler or, while that waits for it, by the call that
/// carries a part on; never by two at a time.
final class MultipartReader: @unchecked Sendable {
    private var parser: MultipartParser
    private var pieces: RequestBody.AsyncIterator
    private var isInPart = false
    private var bytesLeft: Int64
    /// Why reading broke off. A call that carries a part on reports it as its own failure, which says less.
    private(set) var failure: Failure?

    /// Throws `.invalid` when this is no multipart body, and `.exhausted` when it says that it is too large.
    init(_ request: Request, bytesMax: Int64) throws {
        guard try !RequestBytes.isGzip(request) else {
            throw Failure(.invalid, "A multipart body may not be compressed.", reason: "media_unsupported")
        }
        try RequestBytes.checkLength(request, bytesMax: Int(bytesMax))
        parser = try MultipartParser(contentType: request.headers[.contentType])
        pieces = request.body.makeAsyncIterator()
        bytesLeft = bytesMax
    }

    /// The next part; what was not read of the one before is skipped. `nil` at the end of the body.
    func nextPart() async throws -> MultipartParser.Head? {
        while true {
            switch try await event() {
            case .part(let head):
                isInPart = true
                return head
            case .end: return nil
            case .bytes, .partEnd, .needsMore: continue
            }
        }
    }

    /// The next bytes of the current part; `nil` at its end.
    func nextBytes() async throws -> ByteBuffer? {
        guard isInPart else { return nil }
        switch try await event() {
        case .bytes(let bytes): return bytes
        default:
            isInPart = false
            return nil
        }
    }

    /// The whole of a small part, such as JSON about the file.
    func smallPart(bytesMax: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        while var bytes = try await nextBytes() {
            guard whole.readableBytes + bytes.readableBytes <= bytesMax else { throw RequestBytes.tooLarge(bytesMax) }
            whole.writeBuffer(&bytes)
        }
        return whole
    }

    /// Text, in which keys of ours are masked when `notes` are given, to tell of them.
    func smallText(bytesMax: Int, _ notes: RequestNotes? = nil) async throws -> String {
        var part = try await smallPart(bytesMax: bytesMax)
        notes?.expose(part.maskKeys())
        return String(buffer: part).replacing("\0", with: "\u{fffd}")
    }

    /// The rest of the current part, for a call that carries it on.
    var part: PartBytes { PartBytes(reader: self) }

    private func event() async throws -> MultipartParser.Event {
        do {
            while true {
                let event = try parser.next()
                guard event == .needsMore else { return event }
                guard let piece = try await pieces.next() else {
                    throw MultipartParser.broken("The body ends in the middle of a part.")
                }
                bytesLeft -= Int64(piece.readableBytes)
                guard bytesLeft >= 0 else { throw RequestBytes.tooLarge(0) }
                parser.receive(piece)
            }
        } catch {
            isInPart = false
            // A call that has answered early stops reading: then its own failure is the reason.
            failure = error as? Failure
            throw error
        }
    }
}

/// The bytes of one part as a stream of chunks.
struct PartBytes: AsyncSequence, Sendable {
    let reader: MultipartReader

    struct AsyncIterator: AsyncIteratorProtocol {
        let reader: MultipartReader

        mutating func next() async throws -> Chunk? {
            try await reader.nextBytes().map { Chunk(buffer: $0) }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader) }
}
