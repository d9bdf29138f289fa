import Model
import Series

/// Reads series from beginning to end, page by page: memory does not grow with their length.
///
/// Everything that was acknowledged when it began comes exactly once, in order. What is appended meanwhile may come or
/// not. Points wander from the journal into chunks meanwhile, never back: so the journal is read first, and pages go on
/// after the last point, not after the last chunk.
struct SeriesReader: Sendable {
    /// Chunks of one page: about 65,000 points.
    static let pageChunks = 128

    let store: SeriesStore
    let place: MetricPlace
    let filter: SeriesFilter
    let permit: Permit

    func read(_ body: (SeriesName, Columns) async throws -> Void) async throws {
        let blocks = try await store.journal(of: place, permit: permit)
        var journal = MetricMerger.parts(blocks).filter { filter.matches($0.series) }[...]
        var cursor: SeriesStore.Cursor?
        while true {
            let page = try await store.chunks(
                of: place, filter, after: cursor, limit: SeriesReader.pageChunks, permit: permit)
            for (series, chunk) in page {
                while let waiting = journal.first, waiting.series < series {
                    try await give(waiting, after: cursor, body)
                    journal.removeFirst()
                }
                guard let last = chunk.last else { continue }
                var points = chunk
                if let waiting = journal.first, waiting.series == series {
                    points = points.union(waiting.points[0..<waiting.points.place(after: last.key)])
                }
                try await give((series, points), after: cursor, body)
                cursor = SeriesStore.Cursor(series: series, key: last.key)
            }
            if page.count < SeriesReader.pageChunks { break }
        }
        for waiting in journal { try await give(waiting, after: cursor, body) }
    }

    private func give(
        _ part: (series: SeriesName, points: Columns), after cursor: SeriesStore.Cursor?,
        _ body: (SeriesName, Columns) async throws -> Void
    ) async throws {
        var points = part.points
        if let cursor, cursor.series == part.series { points = points[points.place(after: cursor.key)..<points.count] }
        if !points.isEmpty { try await body(part.series, points) }
    }
}
