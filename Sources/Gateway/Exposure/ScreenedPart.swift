import AuthClient
import NIOCore
import Wire

/// The bytes of an uploaded file, without the secrets of keys of ours that it holds: of text up to a mebibyte, which is
/// read as a whole first. Everything else passes through as it comes.
struct ScreenedPart: AsyncSequence, Sendable {
    static let screenedMax = 1 << 20

    let part: PartBytes
    let notes: RequestNotes

    struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: PartBytes.AsyncIterator
        let notes: RequestNotes
        private var isScreened = false

        init(pieces: PartBytes.AsyncIterator, notes: RequestNotes) {
            self.pieces = pieces
            self.notes = notes
        }

        mutating func next() async throws -> Chunk? {
            guard !isScreened else { return try await pieces.next() }
            isScreened = true
            var whole = ByteBuffer()
            while var piece = try await pieces.next() {
                if whole.readableBytes == 0 { whole = piece.buffer } else { whole.writeBuffer(&piece.buffer) }
                guard whole.readableBytes <= ScreenedPart.screenedMax else { return Chunk(buffer: whole) }
            }
            guard whole.readableBytes > 0 else { return nil }
            notes.expose(whole.maskKeys(unlessBinary: true))
            return Chunk(buffer: whole)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: part.makeAsyncIterator(), notes: notes) }
}

extension ByteBuffer {
    /// Overwrites the secrets of keys; answers which they were. A NUL tells a binary file, whose own checksums would no
    /// longer hold.
    mutating func maskKeys(unlessBinary: Bool = false) -> [KeyText] {
        let holdsAny = withUnsafeReadableBytes { bytes in
            !KeyText.found(in: bytes).isEmpty && !(unlessBinary && bytes.contains(0))
        }
        // Only then: memory that others share is copied before it is written to.
        return holdsAny ? withUnsafeMutableReadableBytes(KeyText.mask) : []
    }
}
