public import Logging
import Model
public import Postgres
import Series

/// When a journal is merged and how much of it at once.
public struct MergeSettings: Sendable {
    /// Points, batches or seconds of the oldest batch, whichever comes first.
    public var pointsDue = 20_000
    public var batchesDue = 512
    public var secondsDue = 20.0
    /// One transaction takes about this much.
    public var pointsMax = 200_000
    public var rowsMax = 8192
    /// Between two looks for work, while there is some and while there is none.
    public var busyPause = Duration.milliseconds(100)
    public var idlePause = Duration.seconds(1)

    public init() {}
}

/// Turns journals into chunks, in the background. Several processes may run one each: an experiment is merged by one
/// at a time. What it does changes no answer, and a crash at any moment loses nothing: one transaction deletes the
/// journal's rows and writes their points.
public struct MetricMerger: Sendable {
    let store: MetricMergeStore
    let settings: MergeSettings
    let logger: Logger

    public init(database: Database, settings: MergeSettings = MergeSettings(), logger: Logger) {
        store = MetricMergeStore(database: database)
        self.settings = settings
        self.logger = logger
    }

    /// Until the task is cancelled.
    public func run() async throws {
        while true {
            var worked = false
            do {
                worked = try await pass() > 0
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                logger.error("merging metrics failed", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: worked ? settings.busyPause : settings.idlePause)
        }
    }

    /// Merges what is due now; answers how many journal rows that were.
    func pass() async throws -> Int {
        var rows = 0
        for place in try await store.due(settings) {
            do {
                rows += try await merge(place)
            } catch let error as CancellationError {
                throw error
            } catch {
                // One experiment that cannot be merged must not hold up the others.
                let metadata: Logger.Metadata = ["experiment": "\(place.experiment)", "error": "\(error)"]
                logger.error("an experiment's metrics cannot be merged", metadata: metadata)
            }
        }
        return rows
    }

    /// One transaction's worth of one experiment.
    func merge(_ place: MetricPlace) async throws -> Int {
        try await store.transaction(at: place) { transaction in
            guard try await transaction.lock() else { return 0 }
            let pending = try await transaction.takePending()
            let journal = try await transaction.journal(pointsMax: settings.pointsMax, rowsMax: settings.rowsMax)
            guard !journal.isEmpty else { return 0 }
            try await merge(MetricMerger.parts(journal.map(\.block)), transaction)
            try await transaction.dropJournal(journal.map(\.id))
            let points = journal.reduce(0) { $0 + $1.block.columns.count }
            if points >= settings.pointsMax || journal.count == settings.rowsMax {
                try await transaction.ask(again: settings, points: pending - points)
            }
            return journal.count
        }
    }

    private func merge(
        _ parts: [(series: SeriesName, points: Columns)], _ transaction: MetricMergeTransaction
    ) async throws {
        let spans = Dictionary(grouping: try await transaction.spans(parts), by: \.series)
        var plans: [(series: SeriesName, points: Columns, plan: ChunkPlan)] = []
        var wanted: [ChunkSpan] = []
        for (series, points) in parts {
            let near = spans[series] ?? []
            let plan = ChunkPlan(points, into: near)
            wanted += plan.steps.compactMap { $0.chunk.map { near[$0] } }
            plans.append((series, points, plan))
        }
        var taken: [SeriesName: [Columns]] = [:]
        for (series, points) in try await transaction.take(wanted) { taken[series, default: []].append(points) }
        var rows: [ChunkRow] = []
        for (series, points, plan) in plans {
            rows += try MetricMerger.chunks(
                series, points, plan, spans[series] ?? [], taken: (taken[series] ?? []).sorted { $0.precedes($1) })
            // A long merge must not keep one of few threads from those who append.
            await Task.yield()
        }
        try await transaction.put(rows)
    }

    /// New points by series, each a set in order.
    static func parts(_ blocks: [Block]) -> [(series: SeriesName, points: Columns)] {
        var all: [SeriesName: Columns] = [:]
        for block in blocks {
            for part in block.parts { all[part.series, default: Columns()].append(block.columns, part.range) }
        }
        return all.map { ($0.key, $0.value.sortedSet()) }.sorted { $0.series < $1.series }
    }

    /// - Parameter taken: the chunks which the plan rewrites, in order.
    private static func chunks(
        _ series: SeriesName, _ points: Columns, _ plan: ChunkPlan, _ spans: [ChunkSpan], taken: [Columns]
    ) throws -> [ChunkRow] {
        var (rows, next): ([ChunkRow], Int) = ([], 0)
        for step in plan.steps {
            var all = points[step.range]
            var atEnd = true
            if step.chunk != nil, next < taken.count {
                let old = taken[next]
                next += 1
                if let first = all.first, let last = old.last { atEnd = last < first }
                all = old.union(all)
            }
            rows += try ChunkPlan.pieces(all, atEnd: atEnd).compactMap { try ChunkRow(series, $0) }
        }
        return rows
    }
}

extension Columns {
    fileprivate func precedes(_ other: Columns) -> Bool {
        guard let first, let next = other.first else { return false }
        return first < next
    }
}
