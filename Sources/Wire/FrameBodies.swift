/// Bodies that are no protobuf.
enum WindowBody {
    /// `u32` bytes granted, more than zero.
    static func parse(_ body: UnsafeRawBufferPointer) throws(FrameError) -> Int {
        guard body.count == 4 else { throw .malformed(.window) }
        let credit = UInt32(bigEndian: body.loadUnaligned(as: UInt32.self))
        guard credit > 0, credit <= 1 << 30 else { throw .malformed(.window) }
        return Int(credit)
    }
}

enum GoawayBody {
    /// `u32` id of the last call that was accepted; a protobuf `FailureBody` may follow.
    static func lastCall(_ body: UnsafeRawBufferPointer) throws(FrameError) -> UInt32 {
        guard body.count >= 4 else { throw .malformed(.goaway) }
        return UInt32(bigEndian: body.loadUnaligned(as: UInt32.self))
    }
}

enum RequestBody {
    struct Parts: Equatable {
        let head: Range<Int>
        let message: Range<Int>
        /// As the head has it: milliseconds, zero when it says nothing; and the caller's window.
        let deadlineMilliseconds: UInt32
        let credit: UInt32
    }

    /// `u16 head length | head | message`. Of the head only the deadline (2) and the credit (5) are read: they are
    /// needed on the event loop, the rest is decoded in the handler's task. `nil` when it cannot be understood.
    static func parse(_ body: UnsafeRawBufferPointer) -> Parts? {
        guard body.count >= 2 else { return nil }
        let headEnd = 2 + Int(UInt16(bigEndian: body.loadUnaligned(as: UInt16.self)))
        guard headEnd <= body.count else { return nil }
        var reader = FieldReader(bytes: UnsafeRawBufferPointer(rebasing: body[2..<headEnd]))
        var (deadline, credit): (UInt32, UInt32) = (0, 0)
        while reader.hasMore {
            guard let field = reader.next() else { return nil }
            if field.number == 2 { deadline = UInt32(truncatingIfNeeded: field.value) }
            if field.number == 5 { credit = UInt32(truncatingIfNeeded: field.value) }
        }
        return Parts(
            head: 2..<headEnd, message: headEnd..<body.count, deadlineMilliseconds: deadline, credit: credit)
    }
}

/// Walks over the fields of a protobuf message: the value of a varint, zero for all else.
private struct FieldReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var hasMore: Bool { position < bytes.count }

    mutating func next() -> (number: UInt64, value: UInt64)? {
        guard let tag = varint() else { return nil }
        switch tag & 7 {
        case 0: return varint().map { (tag >> 3, $0) }
        case 1: return skip(8) ? (tag >> 3, 0) : nil
        case 2: return varint().flatMap { Int(exactly: $0) }.map { skip($0) } == true ? (tag >> 3, 0) : nil
        case 5: return skip(4) ? (tag >> 3, 0) : nil
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func skip(_ count: Int) -> Bool {
        guard count <= bytes.count - position else { return false }
        position += count
        return true
    }
}
