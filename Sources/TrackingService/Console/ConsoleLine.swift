import Model

/// What one write of a script put out. Clients count writes, not lines, in an offset that both streams share.
struct ConsoleLine: Sendable, Equatable {
    /// Longer texts are kept as several pieces of one offset.
    static let pieceBytesMax = 64 * 1024

    let offset: Int64
    /// Counts the pieces of one text.
    let piece: Int
    let isError: Bool
    let text: String
    /// Epoch milliseconds.
    let time: Int64
    let context: String

    /// The text cut into pieces, at the borders of its characters' scalars. Throws `.invalid` for an offset below 0.
    static func pieces(
        offset: Int64, isError: Bool, text: String, time: Int64, context: String
    ) throws(Failure) -> [ConsoleLine] {
        guard offset >= 0 else { throw Failure(.invalid, "A console offset is below 0.") }
        var pieces: [ConsoleLine] = []
        var rest = text[...]
        repeat {
            let end = rest.border(near: pieceBytesMax)
            let head = String(rest[..<end])
            pieces.append(
                ConsoleLine(
                    offset: offset, piece: pieces.count, isError: isError, text: head, time: time, context: context))
            rest = rest[end...]
        } while !rest.isEmpty
        return pieces
    }

    /// What tells a text that was sent twice from another writer's at the same offset. Not the time: a gateway may
    /// have stamped them apart.
    var identity: Identity { Identity(piece: piece, isError: isError, text: text) }

    struct Identity: Hashable, Sendable {
        let piece: Int
        let isError: Bool
        let text: String
    }
}

extension Substring {
    /// The end of the last whole scalar within the first `bytes` of UTF-8.
    fileprivate func border(near bytes: Int) -> Index {
        guard var index = utf8.index(startIndex, offsetBy: bytes, limitedBy: endIndex) else { return endIndex }
        while index > startIndex, utf8[index] & 0xc0 == 0x80 { index = utf8.index(before: index) }
        return index
    }
}
