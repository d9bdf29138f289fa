/// Metric series as bytes and back: pure, without I/O.
///
/// A series is a **set** of points, ordered by step, then time. `Columns` holds points, `Block` is what one request
/// appended (many series), a chunk is a stretch of one series, `Thinning` reduces points to pixels.
/// `Docs/formats/series.md` draws the bytes.
public enum SeriesLimits {
    /// Of one block or chunk; a decoder refuses more before it allocates anything.
    public static let pointsMax = 262_144
    /// Of what a compressed block unfolds to.
    public static let contentBytesMax = 16 << 20
    /// A chunk of the store: measured to pack two to a page of 8 KiB.
    public static let chunkPoints = 512
    /// Steps and epochs are doubles on the wire; beyond this they are no longer whole numbers.
    public static let stepMax = 9_007_199_254_740_992.0
}

/// Why bytes are no block or chunk.
public struct SeriesError: Error, Equatable, CustomStringConvertible {
    public let what: StaticString

    init(_ what: StaticString) {
        self.what = what
    }

    public static func == (left: SeriesError, right: SeriesError) -> Bool {
        left.description == right.description
    }

    public var description: String { "malformed series bytes: \(what)" }
}
