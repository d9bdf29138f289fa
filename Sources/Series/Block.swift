/// A metric's name and the context it was logged in (`train`, `validate`, or empty).
public struct SeriesName: Hashable, Comparable, Sendable {
    public let name: String
    public let context: String

    public init(_ name: String, context: String = "") {
        self.name = name
        self.context = context
    }

    /// By bytes, as the database's "C" collation has it.
    public static func < (left: SeriesName, right: SeriesName) -> Bool {
        left.name == right.name
            ? left.context.utf8.lexicographicallyPrecedes(right.context.utf8)
            : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

/// What one request appended: points of several series, series by series, otherwise in the order of arrival.
public struct Block: Sendable, Equatable {
    public struct Part: Sendable, Equatable {
        public let series: SeriesName
        /// Its points in `columns`.
        public let range: Range<Int>
    }

    public private(set) var parts: [Part] = []
    public private(set) var columns = Columns()

    /// Point `i` belongs to `series[index[i]]`; `nil` when there is no such series, or the lengths differ.
    /// Series without points vanish.
    public init?(series: [SeriesName], index: [UInt32], columns: Columns) {
        guard index.count == columns.count else { return nil }
        var starts = [Int](repeating: 0, count: series.count + 1)
        var (isGrouped, previous): (Bool, UInt32) = (true, 0)
        for number in index {
            guard number < UInt32(series.count) else { return nil }
            starts[Int(number) + 1] += 1
            isGrouped = isGrouped && previous <= number
            previous = number
        }
        for number in series.indices {
            if starts[number + 1] > 0 {
                parts.append(Part(series: series[number], range: starts[number]..<starts[number] + starts[number + 1]))
            }
            starts[number + 1] += starts[number]
        }
        self.columns = isGrouped ? columns : columns[Block.grouped(index, starts: starts)]
    }

    private static func grouped(_ index: [UInt32], starts: [Int]) -> [Int] {
        var next = starts
        var order = [Int](repeating: 0, count: index.count)
        for (place, number) in index.enumerated() {
            order[next[Int(number)]] = place
            next[Int(number)] += 1
        }
        return order
    }

    private init(parts: [Part], columns: Columns) {
        (self.parts, self.columns) = (parts, columns)
    }

    public func points(of part: Part) -> Columns {
        parts.count == 1 ? columns : columns[part.range]
    }

    public func encode() throws(SeriesError) -> [UInt8] {
        let names = parts.reduce(10) { $0 + 30 + $1.series.name.utf8.count + $1.series.context.utf8.count }
        return try Envelope.seal(
            packed: .blockPacked, stored: .blockStored, bytesMax: names + Columns.bytesMax(columns.count)
        ) { writer in
            writer.varint(UInt64(parts.count))
            for part in parts {
                writer.text(part.series.name)
                writer.text(part.series.context)
                writer.varint(UInt64(part.range.count))
            }
            columns.write(to: &writer)
        }
    }

    /// Throws on whatever is not exactly what `encode` writes.
    public static func decode(_ bytes: [UInt8]) throws(SeriesError) -> Block {
        try Envelope.open(
            bytes, packed: .blockPacked, stored: .blockStored, bytesMax: SeriesLimits.contentBytesMax
        ) { reader throws(SeriesError) in
            let count = try reader.count(max: reader.left / 3, "more series than there are bytes")
            var parts: [Part] = []
            parts.reserveCapacity(count)
            var points = 0
            for _ in 0..<count {
                let name = try reader.text(bytesMax: 4096)
                let context = try reader.text(bytesMax: 4096)
                let length = try reader.count(max: SeriesLimits.pointsMax - points, "too many points")
                parts.append(Part(series: SeriesName(name, context: context), range: points..<points + length))
                points += length
            }
            let columns = try Columns(from: &reader, pointsMax: SeriesLimits.pointsMax)
            guard columns.count == points else { throw SeriesError("the series have other points than the columns") }
            return Block(parts: parts, columns: columns)
        }
    }
}
