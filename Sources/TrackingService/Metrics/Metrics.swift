public import Logging
public import Model
public import Postgres
import Series

/// Appending to and reading the metric series of experiments.
public struct Metrics: Sendable {
    /// Finds an experiment by its key and proves that the caller may do the action there.
    public typealias Locate = @Sendable (String, Access, Action) async throws -> (place: MetricPlace, permit: Permit)

    /// Transactions that append, at one time: the second only begins while the first takes unusually long.
    static let committersMax = 4

    let locate: Locate
    let store: MetricStore
    let series: SeriesStore
    let queue = MetricQueue()
    let brake: MetricBrake
    let merger: MetricMerger
    let changed: @Sendable (ID<Experiment>, [String]) -> Void

    /// - Parameter changed: told after COMMIT which metrics of an experiment have grown; must not block.
    public init(
        database: Database, settings: MergeSettings = MergeSettings(), logger: Logger, locate: @escaping Locate,
        changed: @escaping @Sendable (ID<Experiment>, [String]) -> Void = { _, _ in }
    ) {
        self.init(database, settings, MetricBrake(), logger, locate: locate, changed: changed)
    }

    init(
        _ database: Database, _ settings: MergeSettings, _ brake: MetricBrake, _ logger: Logger,
        locate: @escaping Locate, changed: @escaping @Sendable (ID<Experiment>, [String]) -> Void
    ) {
        self.brake = brake
        self.locate = locate
        self.changed = changed
        store = MetricStore(database: database)
        series = SeriesStore(database: database)
        merger = MetricMerger(database: database, settings: settings, logger: logger)
    }

    /// Commits what is appended and merges journals, until the task is cancelled. Appends wait for it to run.
    /// Throws `CancellationError`; what was committed then is answered, the rest fails as `.unavailable`.
    public func run() async throws {
        let committer = MetricCommitter(queue: queue, store: store, changed: changed)
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Metrics.committersMax { group.addTask { await committer.run() } }
                group.addTask { try await queue.watch() }
                group.addTask { try await merger.run() }
                group.addTask { try await measureBacklog() }
                try await group.waitForAll()
            }
        } onCancel: {
            queue.close()
        }
    }

    /// While the database cannot be asked, the last answer counts.
    private func measureBacklog() async throws {
        while true {
            try? await measure()
            try await Task.sleep(for: MetricBrake.measureEvery)
        }
    }

    /// Tells the brake how much waits to be merged.
    func measure() async throws {
        brake.note(try await merger.store.backlog(listing: brake.experiment.waits))
    }

    /// Returns after COMMIT. The same points again, in whatever batches, change nothing but `batches` of summaries.
    func append(_ draft: MetricDraft, to key: String, as access: Access) async throws {
        let (place, permit) = try await locate(key, access, .log)
        guard !draft.block.columns.isEmpty else { return }
        let wait = try brake.delay(to: place)
        if wait > .zero { try await Task.sleep(for: wait) }
        try await queue.append(MetricAppend(draft, to: place, permit: permit))
    }

    func summaries(of key: String, as access: Access) async throws -> [SummaryRow] {
        let (place, permit) = try await locate(key, access, .read)
        return try await store.summaries(of: place, permit: permit)
    }

    func read(
        _ filter: SeriesFilter, of key: String, as access: Access, begin: () throws -> Void,
        _ body: (SeriesName, Columns) async throws -> Void
    ) async throws {
        let (place, permit) = try await locate(key, access, .read)
        try begin()
        try await SeriesReader(store: series, place: place, filter: filter, permit: permit).read(body)
    }

    func sample(
        _ name: String, context: String?, of key: String, _ window: AxisWindow, width: Int, as access: Access
    ) async throws -> Sample {
        guard 1...SeriesSampler.widthMax ~= width else {
            throw Failure(.invalid, "width is not between 1 and \(SeriesSampler.widthMax).", reason: "width_invalid")
        }
        guard window.from?.isFinite != false, window.to?.isFinite != false else {
            throw Failure(.invalid, "from and to are finite numbers.", reason: "window_invalid")
        }
        let (place, permit) = try await locate(key, access, .read)
        return try await SeriesSampler(store: series, place: place, permit: permit)
            .sample(name: name, context: context, window, width: width)
    }
}

// MARK: - For experiments that are copied, moved and deleted

extension Metrics {
    /// Copies all points up to and with a step, and those without one. Both permits are the caller's: `.read` there,
    /// `.log` here. When it throws half way, a second call completes it: points are a set.
    public func copySteps(
        from source: (place: MetricPlace, permit: Permit), to target: (place: MetricPlace, permit: Permit),
        stepLast: Int64
    ) async throws {
        let end = PointKey.after(step: Double(stepLast))
        let reader = SeriesReader(
            store: series, place: source.place, filter: SeriesFilter(), permit: source.permit)
        try await reader.read { name, points in
            let kept = points[0..<points.place(after: end)]
            guard !kept.isEmpty else { return }
            let index = [UInt32](repeating: 0, count: kept.count)
            for start in stride(from: 0, to: kept.count, by: MetricDraft.pointsMax) {
                let part = start..<min(kept.count, start + MetricDraft.pointsMax)
                let draft = try MetricDraft(series: [name], index: Array(index[part]), columns: kept[part])
                try await queue.append(MetricAppend(draft, to: target.place, permit: target.permit))
            }
        }
    }

    /// Deletes all metrics of these experiments of one workspace. To be run in the transaction that deletes them,
    /// **before** that; it waits for appends under way, and later ones no longer find the experiment.
    public static func deletion(of places: [MetricPlace]) -> [SQL] { MetricRemoval.deletion(of: places) }

    /// Takes all metrics along to another workspace, in the transaction that moves the experiments (before that), which
    /// must see both workspaces.
    public static func move(_ places: [MetricPlace], to workspace: ID<Workspace>) -> [SQL] {
        MetricRemoval.move(places, to: workspace.uuid)
    }
}
