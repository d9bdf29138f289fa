import Foundation
import Model
import Synchronization

/// Tells whoever watches an experiment that something of it changed: gathers changes and hands them on five times a
/// second, to the watchers of this process and, through PostgreSQL, to those of the others.
///
/// A change says what, never the data; who hears of it asks again. So one that is lost costs a late picture only.
final class ChangeHub: Sendable {
    enum What: String, Sendable, CaseIterable { case metrics, values, output, state, assets }

    struct Change: Sendable, Equatable {
        var names: [What: Set<String>] = [:]

        mutating func merge(_ other: Change) {
            names.merge(other.names) { $0.union($1) }
        }
    }

    /// More metric names than this in one change, and it names none: all may have grown.
    static let namesMax = 100
    static let watchersMax = 10_000

    private struct State {
        var gathered: [UUID: Change] = [:]
        var watchers: [UUID: [UUID: AsyncStream<Change>.Continuation]] = [:]
        var watcherCount = 0
    }

    private let state = Mutex(State())
    /// Tells this process's notices from others'.
    let origin = UUID()

    func publish(_ place: ExperimentPlace, _ what: What) {
        publish(place.id, what, names: [])
    }

    func publish(_ experiment: ID<Experiment>, _ what: What, names: [String]) {
        state.withLock { state in
            var all = state.gathered[experiment.uuid]?.names[what] ?? []
            for name in names where all.count <= Self.namesMax { all.insert(name) }
            state.gathered[experiment.uuid, default: Change()].names[what] = all
        }
    }

    /// Delivers to this process's watchers what was gathered since the last time, and answers it for the others.
    func flush() -> [UUID: Change] {
        let gathered = state.withLock { state in
            defer { state.gathered = [:] }
            return state.gathered
        }
        for (experiment, change) in gathered { deliver(change, of: experiment) }
        return gathered
    }

    func deliver(_ change: Change, of experiment: UUID) {
        let watchers = state.withLock { state in state.watchers[experiment].map { Array($0.values) } ?? [] }
        for watcher in watchers { watcher.yield(change) }
    }

    /// Ends when the reading task is cancelled or the stream is dropped. Throws `.exhausted` above `watchersMax`.
    func watch(_ place: ExperimentPlace) throws(Failure) -> AsyncStream<Change> {
        let (experiment, watcher) = (place.id.uuid, UUID())
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(64))
        let admitted = state.withLock { state in
            guard state.watcherCount < Self.watchersMax else { return false }
            state.watcherCount += 1
            state.watchers[experiment, default: [:]][watcher] = continuation
            return true
        }
        guard admitted else { throw Failure(.exhausted, "Too many watch experiments here.", retryAfter: .seconds(10)) }
        continuation.onTermination = { [weak self] _ in self?.leave(experiment, watcher) }
        return stream
    }

    private func leave(_ experiment: UUID, _ watcher: UUID) {
        state.withLock { state in
            guard state.watchers[experiment]?.removeValue(forKey: watcher) != nil else { return }
            state.watcherCount -= 1
            if state.watchers[experiment]?.isEmpty == true { state.watchers[experiment] = nil }
        }
    }
}
