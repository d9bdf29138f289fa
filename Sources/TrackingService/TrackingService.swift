import Foundation
public import Logging
import Model
public import Postgres
public import Wire

/// Experiments and everything logged to them but files.
public struct TrackingService: Sendable {
    public struct Config: Sendable {
        /// Without any message for this long a running experiment is called lost. Clients beat every ten seconds.
        public var lostAfter = Duration.seconds(35)
        /// Between two looks for lost experiments.
        public var sweepEvery = Duration.seconds(5)
        /// How long a process may not know of a rename, a move or a deletion in another.
        public var locatedFor = Duration.seconds(3)

        public init() {}
    }

    let database: Database
    let config: Config
    let logger: Logger
    let locator: ExperimentLocator
    let activity: Activity
    let watchdog: Watchdog
    let notices: ChangeNotices
    let metrics: Metrics

    public init(database: Database, config: Config = Config(), logger: Logger) {
        self.database = database
        self.config = config
        self.logger = logger
        locator = ExperimentLocator(database: database, cacheFor: config.locatedFor)
        let pulses = PulseStore(database: database)
        let changes = ChangeHub()
        activity = Activity(pulse: Pulse(store: pulses, every: config.lostAfter / 4), changes: changes)
        watchdog = Watchdog(store: pulses, changes: changes, silence: config.lostAfter)
        notices = ChangeNotices(hub: changes, store: NoticeStore(database: database), logger: logger)
        metrics = Metrics(
            database: database, logger: logger, locate: Self.metricPlaces(locator, activity.pulse)
        ) { experiment, names in changes.publish(experiment, .metrics, names: names) }
    }

    /// Whoever appends metrics gives a sign of life.
    private static func metricPlaces(_ locator: ExperimentLocator, _ pulse: Pulse) -> Metrics.Locate {
        { key, access, action in
            let located = try await locator.locate(key, action, as: access)
            if action == .log { pulse.felt(located.place) }
            return (MetricPlace(located.place), located.permit)
        }
    }

    public func register(in methods: inout Methods) {
        registerRuns(in: &methods)
        ValueHandler(
            values: Values(store: ValueStore(database: database), locator: locator, activity: activity)
        ).register(in: &methods)
        ConsoleHandler(
            console: Console(store: ConsoleStore(database: database), locator: locator, activity: activity)
        ).register(in: &methods)
        SystemHandler(
            details: SystemDetails(store: SystemStore(database: database), locator: locator, activity: activity)
        ).register(in: &methods)
        DocumentHandler(
            documents: Documents(store: DocumentStore(database: database), locator: locator, activity: activity)
        ).register(in: &methods)
        RemoteCallHandler(
            calls: RemoteCalls(store: RemoteCallStore(database: database), locator: locator, activity: activity)
        ).register(in: &methods)
        MetricHandler(metrics: metrics).register(in: &methods)
        WatchHandler(locator: locator, changes: activity.changes).register(in: &methods)
    }

    private func registerRuns(in methods: inout Methods) {
        let listing = Listing(store: ListingStore(database: database), locator: locator)
        let runs = Runs(store: RunStore(database: database), locator: locator, activity: activity)
        let copies = StepCopies(runs: runs, store: StepCopyStore(database: database), locator: locator) {
            try await metrics.copySteps(
                from: (MetricPlace($0.place), $0.permit), to: (MetricPlace($1.place), $1.permit), stepLast: $2)
        }
        RunHandler(runs: runs, copies: copies, listing: listing, locator: locator).register(in: &methods)
        StatusHandler(
            statuses: Statuses(
                store: StatusStore(database: database), locator: locator, changes: activity.changes)
        ).register(in: &methods)
        ListingHandler(listing: listing).register(in: &methods)
        SearchHandler(search: Search(store: SearchStore(database: database))).register(in: &methods)
        TidyingHandler(
            tidying: Tidying(
                store: TidyingStore(database: database), locator: locator, changes: activity.changes)
        ).register(in: &methods)
    }

    /// The work in the background, until the task is cancelled: what fails is logged and tried again.
    public func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await metrics.run() }
            group.addTask { try await notices.run() }
            group.addTask { try await every(.seconds(1), "writing beats") { try await activity.pulse.flush() } }
            group.addTask { try await every(config.sweepEvery, "looking for lost runs") { try await watchdog.sweep() } }
            try await group.waitForAll()
        }
    }

    private func every(
        _ pause: Duration, _ what: String, _ body: @Sendable () async throws -> some Sendable
    ) async throws {
        while true {
            try await Task.sleep(for: pause)
            do {
                _ = try await body()
            } catch {
                try Task.checkCancellation()
                logger.warning("\(what) failed", metadata: ["error": "\(error)"])
            }
        }
    }
}
