import Foundation
import Series

/// A chunk of a series, ready to be stored.
struct ChunkRow: Sendable {
    static let sketchRun = 64

    let series: SeriesName
    let firstKey: [UInt8]
    let lastKey: [UInt8]
    let points: Int
    let fromTime: Int64
    let toTime: Int64
    let peaks: [UInt8]
    let sketch: [UInt8]
    let body: [UInt8]

    /// `nil` for no points. They are a set in order.
    init?(_ series: SeriesName, _ columns: Columns) throws(SeriesError) {
        guard let first = columns.first, let last = columns.last else { return nil }
        self.series = series
        firstKey = first.key.bytes
        lastKey = last.key.bytes
        points = columns.count
        fromTime = columns.times.min() ?? first.time
        toTime = columns.times.max() ?? last.time
        peaks = try Series.Chunk.encodeStored(Thinning.sketch(columns, run: columns.count))
        sketch = try Series.Chunk.encodeStored(Thinning.sketch(columns, run: ChunkRow.sketchRun))
        body = try Series.Chunk.encode(columns)
    }
}

/// Where a stored chunk begins and ends.
struct ChunkSpan: Sendable {
    let series: SeriesName
    let first: PointKey
    let last: PointKey
    let points: Int
}

/// How new points of one series go into its chunks: which chunks change, and which points they get. Pure.
struct ChunkPlan {
    struct Step: Equatable {
        /// Index of the chunk to rewrite; `nil` makes new ones.
        let chunk: Int?
        let range: Range<Int>
    }

    let steps: [Step]

    /// - Parameters:
    ///   - points: a set in order.
    ///   - spans: in order: the chunks that begin not after the last point and end not before the first, and the one
    ///     before them.
    init(_ points: Columns, into spans: [ChunkSpan]) {
        var steps: [Step] = []
        var (start, chunk) = (0, -1)
        while start < points.count {
            while chunk + 1 < spans.count, !(points[start].key < spans[chunk + 1].first) { chunk += 1 }
            // Up to where the next chunk begins, the points belong to this one, or stand before all.
            let end = chunk + 1 < spans.count ? points.place(before: spans[chunk + 1].first) : points.count
            // A full chunk is left alone by what comes after it.
            let isLeftAlone =
                chunk < 0
                || (spans[chunk].points >= SeriesLimits.chunkPoints && spans[chunk].last < points[start].key)
            steps.append(Step(chunk: isLeftAlone ? nil : chunk, range: start..<end))
            start = end
        }
        self.steps = steps
    }

    /// Pieces of at most a chunk. At the end of a series all but the last are full; within it they are of one size,
    /// since both will be hit again.
    static func pieces(_ points: Columns, atEnd: Bool) -> [Columns] {
        let most = SeriesLimits.chunkPoints
        guard points.count > most else { return points.isEmpty ? [] : [points] }
        let count = (points.count + most - 1) / most
        let size = atEnd ? most : (points.count + count - 1) / count
        return stride(from: 0, to: points.count, by: size).map { points[$0..<min(points.count, $0 + size)] }
    }
}
