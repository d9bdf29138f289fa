/// Cuts bytes, however they were split on their way, into frames. No I/O, no dependency: `Tests/Fuzz` compiles this
/// file and `Frame.swift` alone.
///
/// A frame that lies whole in the bytes at hand is handed on as a range of them, without a copy. A chunk's payload is
/// handed on as it arrives, never gathered. Only other bodies that were split are gathered here, and memory for them
/// grows with the bytes that came (at most twice as much), not with the length that was announced.
struct FrameDecoder: ~Copyable {
    enum Step: Equatable {
        /// All bytes are used up.
        case hungry
        /// A whole frame; its body is this range of the bytes given to `next`.
        case frame(FrameHeader, Range<Int>)
        /// A whole frame whose body had come in pieces.
        case gathered(FrameHeader, [UInt8])
        /// The next piece of a chunk frame; `first` tells where a new frame begins.
        case piece(FrameHeader, Range<Int>, first: Bool)
    }

    private enum State {
        case header
        case body(FrameHeader)
        case payload(FrameHeader, left: Int)
    }

    private let messageBytesMax: Int
    private var state = State.header
    /// Of a split header or body, what came so far.
    private var kept: [UInt8] = []

    init(messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
    }

    /// Bytes held for a frame that is not whole yet.
    var keptCapacity: Int { kept.capacity }

    /// Takes bytes from `position` on and moves it past what was used. Call it until it is `hungry`.
    /// Throws when the stream cannot be understood; nothing after that can be.
    mutating func next(_ bytes: UnsafeRawBufferPointer, from position: inout Int) throws(FrameError) -> Step {
        while true {
            switch state {
            case .header:
                guard let header = try header(bytes, &position) else { return .hungry }
                if header.kind == .chunk {
                    guard header.bodyCount > 0 else { return .piece(header, position..<position, first: true) }
                    state = .payload(header, left: header.bodyCount)
                } else {
                    state = .body(header)
                }
            case .body(let header):
                return body(header, bytes, &position)
            case .payload(let header, let left):
                return payload(header, left, bytes, &position)
            }
        }
    }

    private mutating func header(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(FrameError) -> FrameHeader? {
        let available = bytes.count - position
        if kept.isEmpty && available >= FrameHeader.byteCount {
            defer { position += FrameHeader.byteCount }
            return try check(Fields(bytes, at: position))
        }
        let taken = min(FrameHeader.byteCount - kept.count, available)
        kept.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<position + taken]))
        position += taken
        guard kept.count == FrameHeader.byteCount else { return nil }
        defer { kept.removeAll(keepingCapacity: true) }
        return try check(kept.withUnsafeBytes { Fields($0, at: 0) })
    }

    private mutating func body(
        _ header: FrameHeader, _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) -> Step {
        let available = bytes.count - position
        if kept.isEmpty && available >= header.bodyCount {
            state = .header
            defer { position += header.bodyCount }
            return .frame(header, position..<position + header.bodyCount)
        }
        let taken = min(header.bodyCount - kept.count, available)
        kept.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<position + taken]))
        position += taken
        guard kept.count == header.bodyCount else { return .hungry }
        state = .header
        defer { kept = [] }
        return .gathered(header, kept)
    }

    private mutating func payload(
        _ header: FrameHeader, _ left: Int, _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) -> Step {
        let taken = min(left, bytes.count - position)
        guard taken > 0 else { return .hungry }
        state = taken == left ? .header : .payload(header, left: left - taken)
        defer { position += taken }
        return .piece(header, position..<position + taken, first: left == header.bodyCount)
    }

    private func check(_ fields: Fields) throws(FrameError) -> FrameHeader {
        guard fields.length >= FrameHeader.countedBytes else { throw .tooShort(length: fields.length) }
        guard fields.version == FrameHeader.version else { throw .unknownVersion(fields.version) }
        guard let kind = FrameHeader.Kind(rawValue: fields.kind) else { throw .unknownKind(fields.kind) }
        let count = Int(fields.length) - FrameHeader.countedBytes
        guard count <= FrameHeader.bodyBytesMax(of: kind, messageBytesMax: messageBytesMax) else {
            throw .tooLong(kind, count: count)
        }
        return FrameHeader(kind: kind, method: fields.method, call: fields.call, bodyCount: count)
    }
}

/// The twelve bytes as they stand.
private struct Fields {
    let length: UInt32
    let version: UInt8
    let kind: UInt8
    let method: UInt16
    let call: UInt32

    init(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        version = bytes[start + 4]
        kind = bytes[start + 5]
        method = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt16.self))
        call = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self))
    }
}
