import Foundation
import Model
import Synchronization

/// Hears every message of every experiment and writes that down every second, all experiments in one round trip,
/// each at most every few seconds. So a run that logs without beating is alive, and one that was given up for lost
/// runs again when it returns, without a write for each message.
final class Pulse: Sendable {
    struct Seen: Hashable, Sendable {
        let workspace: UUID
        let experiment: UUID
    }

    private struct Heard {
        var waiting: Set<Seen> = []
        var written: [Seen: ContinuousClock.Instant] = [:]
    }

    private let store: PulseStore
    private let every: Duration
    private let heard = Mutex(Heard())

    /// - Parameter every: between two writes for one experiment; a fraction of what makes a run lost.
    init(store: PulseStore, every: Duration = .seconds(8)) {
        self.store = store
        self.every = every
    }

    /// Its beat has just been written, with its start.
    func began(_ place: ExperimentPlace) {
        let now = ContinuousClock.now
        heard.withLock { $0.written[Seen(place)] = now }
    }

    func felt(_ place: ExperimentPlace) {
        let seen = Seen(place)
        let now = ContinuousClock.now
        heard.withLock { heard in
            if let written = heard.written[seen], now - written < every { return }
            heard.waiting.insert(seen)
        }
    }

    /// A loss of the database here costs a beat, no data: the next message makes up for it.
    func flush() async throws {
        let now = ContinuousClock.now
        let batch = heard.withLock { heard in
            let batch = heard.waiting
            heard.waiting = []
            heard.written = heard.written.filter { now - $0.value < every }
            for seen in batch { heard.written[seen] = now }
            return batch
        }
        guard !batch.isEmpty else { return }
        try await store.write(Array(batch))
    }
}

extension Pulse.Seen {
    fileprivate init(_ place: ExperimentPlace) {
        self.init(workspace: place.workspace.uuid, experiment: place.id.uuid)
    }
}
