/// How a column of steps or epochs is written: chosen by what is in it.
private enum Form: UInt8 {
    /// None has one.
    case none = 0
    /// Whole numbers: deltas of deltas, zig-zag, as varints.
    case whole = 1
    /// Any doubles, bytes shuffled.
    case doubles = 2

    init(_ column: [Double]) {
        var (any, whole) = (false, true)
        for value in column where !value.isNaN {
            any = true
            guard abs(value) <= SeriesLimits.stepMax, Double(Int64(value)).bitPattern == value.bitPattern else {
                whole = false
                break
            }
        }
        self = !any ? .none : whole ? .whole : .doubles
    }
}

/// The flags in front: bits 0–1 the form of the steps, 2–3 of the epochs, 4 and 5 whether a bitmap says which points
/// have a step, an epoch; 6 and 7 are 0.
extension Columns {
    /// The most bytes that `write` needs for `count` points.
    static func bytesMax(_ count: Int) -> Int { 16 + count * 38 + 2 * (count / 8 + 1) }

    func write(to writer: inout ByteWriter) {
        let (stepForm, epochForm) = (Form(steps), Form(epochs))
        let stepHoles = stepForm != .none && steps.contains { $0.isNaN }
        let epochHoles = epochForm != .none && epochs.contains { $0.isNaN }
        writer.byte(
            stepForm.rawValue | epochForm.rawValue << 2 | (stepHoles ? 1 << 4 : 0) | (epochHoles ? 1 << 5 : 0))
        writer.varint(UInt64(count))
        Columns.write(steps, as: stepForm, holes: stepHoles, to: &writer)
        Columns.write(epochs, as: epochForm, holes: epochHoles, to: &writer)
        Columns.write(times, to: &writer)
        writer.shuffled(values.map(\.bitPattern))
    }

    private static func write(_ column: [Double], as form: Form, holes: Bool, to writer: inout ByteWriter) {
        var column = column
        if holes {
            let whole = column
            writer.bitmap(whole.count) { !whole[$0].isNaN }
            column.removeAll { $0.isNaN }
        }
        switch form {
        case .none: break
        case .whole: write(column.map { Int64($0) }, to: &writer)
        case .doubles: writer.shuffled(column.map(\.bitPattern))
        }
    }

    private static func write(_ numbers: [Int64], to writer: inout ByteWriter) {
        var (previous, delta): (Int64, Int64) = (0, 0)
        for number in numbers {
            let next = number &- previous
            writer.varint(ZigZag.fold(next &- delta))
            (previous, delta) = (number, next)
        }
    }

    /// Reads what `write` wrote, and nothing else: allocates no more than the bytes that are there can fill.
    init(from reader: inout ByteReader, pointsMax: Int) throws(SeriesError) {
        let flags = try reader.byte()
        guard flags >> 6 == 0, let stepForm = Form(rawValue: flags & 3), let epochForm = Form(rawValue: flags >> 2 & 3)
        else { throw SeriesError("flags that mean nothing") }
        let count = try reader.count(max: min(pointsMax, reader.left / 9), "more points than there are bytes")
        let steps = try Columns.read(stepForm, holes: flags >> 4 & 1 == 1, count, from: &reader)
        let epochs = try Columns.read(epochForm, holes: flags >> 5 & 1 == 1, count, from: &reader)
        let times = try Columns.numbers(count, from: &reader)
        let values = try reader.shuffled(count).map { Double(bitPattern: $0) }
        self.init(decoded: steps, epochs, times, values)
    }

    private static func read(
        _ form: Form, holes: Bool, _ count: Int, from reader: inout ByteReader
    ) throws(SeriesError) -> [Double] {
        let present = holes ? try reader.bitmap(count) : []
        let length = holes ? present.count { $0 } : count
        let dense: [Double]
        switch form {
        case .none:
            guard !holes else { throw SeriesError("a bitmap without a column") }
            return [Double](repeating: .nan, count: count)
        case .whole:
            dense = try numbers(length, from: &reader).map { Double($0) }
        case .doubles:
            dense = try reader.shuffled(length).map { Double(bitPattern: $0) }
        }
        guard !dense.contains(where: { !$0.isFinite }) else { throw SeriesError("a step or epoch is not finite") }
        guard holes else { return dense }
        var next = 0
        return present.map { isThere in
            defer { if isThere { next += 1 } }
            return isThere ? dense[next] : .nan
        }
    }

    private static func numbers(_ count: Int, from reader: inout ByteReader) throws(SeriesError) -> [Int64] {
        guard count <= reader.left else { throw SeriesError("cut short") }
        var numbers: [Int64] = []
        numbers.reserveCapacity(count)
        var (number, delta): (Int64, Int64) = (0, 0)
        for _ in 0..<count {
            delta &+= ZigZag.unfold(try reader.varint())
            number &+= delta
            numbers.append(number)
        }
        return numbers
    }
}
