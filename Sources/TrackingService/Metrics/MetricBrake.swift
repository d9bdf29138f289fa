import Foundation
import Model
import Synchronization

/// Slows down who appends faster than journals are merged, long before the journal could fill the disk: appends to an
/// experiment with a long journal wait, the more of it there is the longer, and beyond a bound they are refused.
final class MetricBrake: Sendable {
    /// In points that are not merged yet.
    struct Bounds: Sendable {
        /// Where waiting begins, and where refusing does.
        let waits: Int
        let refuses: Int

        /// Of one experiment, some seconds' worth of merging; a reader has to look through all of them.
        static let experiment = Bounds(waits: 10_000_000, refuses: 50_000_000)
        /// Of all experiments together, some gigabytes.
        static let all = Bounds(waits: 100_000_000, refuses: 400_000_000)

        /// How far between the two: 0 and less where nobody waits, 1 and more where it is refused.
        func pressure(_ points: Int) -> Double { Double(points - waits) / Double(refuses - waits) }
    }

    /// What waits to be merged: of all experiments, and of each that has much of it.
    struct Backlog: Sendable {
        var all = 0
        var experiments: [UUID: Int] = [:]
    }

    static let waitMax = Duration.seconds(2)
    static let measureEvery = Duration.milliseconds(500)

    let experiment: Bounds
    let all: Bounds
    private let backlog = Mutex(Backlog())

    init(experiment: Bounds = .experiment, all: Bounds = .all) {
        (self.experiment, self.all) = (experiment, all)
    }

    func note(_ backlog: Backlog) {
        self.backlog.withLock { $0 = backlog }
    }

    /// How long an append waits now. Throws `.exhausted`, reason `metric_backlog_full`.
    func delay(to place: MetricPlace) throws(Failure) -> Duration {
        let pressure = backlog.withLock { backlog in
            max(all.pressure(backlog.all), experiment.pressure(backlog.experiments[place.experiment] ?? 0))
        }
        guard pressure > 0 else { return .zero }
        guard pressure < 1 else {
            throw Failure(
                .exhausted, "Metrics arrive faster than they can be filed. Nothing was kept: send this again later.",
                reason: "metric_backlog_full", retryAfter: .seconds(10))
        }
        return Self.waitMax * pressure
    }
}
