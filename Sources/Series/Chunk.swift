/// A stretch of one series as bytes.
public enum Chunk {
    /// Compressed, for keeping.
    public static func encode(_ points: Columns) throws(SeriesError) -> [UInt8] {
        try Envelope.seal(
            packed: .columnsPacked, stored: .columnsStored, bytesMax: Columns.bytesMax(points.count)
        ) { points.write(to: &$0) }
    }

    /// As they are: for few points that are read often.
    public static func encodeStored(_ points: Columns) throws(SeriesError) -> [UInt8] {
        try Envelope.seal(
            packed: .columnsPacked, stored: .columnsStored, storedBytesMax: .max - 5,
            bytesMax: Columns.bytesMax(points.count)
        ) { points.write(to: &$0) }
    }

    /// Throws on whatever is not exactly what `encode` writes; never reads or allocates beyond the limits.
    public static func decode(_ bytes: [UInt8]) throws(SeriesError) -> Columns {
        try Envelope.open(
            bytes, packed: .columnsPacked, stored: .columnsStored, bytesMax: SeriesLimits.contentBytesMax
        ) { reader throws(SeriesError) in try Columns(from: &reader, pointsMax: SeriesLimits.pointsMax) }
    }
}
