import Model
import Synchronization

/// A few answers of other services, each for a moment, so that a thousand equal questions are one.
///
/// What is remembered grants nothing: whoever acts upon it is judged by the service that does the work.
final class Remembered<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let until: ContinuousClock.Instant
    }

    private static var entriesMax: Int { 10_000 }

    let lifetime: Duration
    private let known = Mutex<[Key: Entry]>([:])

    init(for lifetime: Duration) {
        self.lifetime = lifetime
    }

    /// What is known of `key`, or else what `ask` answers. Failures are not remembered.
    func value(
        _ key: Key, orAsk ask: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        if let entry = known.withLock({ $0[key] }), entry.until > .now { return entry.value }
        let value = try await ask()
        known.withLock { known in
            if known.count >= Self.entriesMax { known.removeAll(keepingCapacity: true) }
            known[key] = Entry(value: value, until: .now + lifetime)
        }
        return value
    }

    func forget(where isGone: (Key, Value) -> Bool) {
        known.withLock { known in known = known.filter { !isGone($0.key, $0.value.value) } }
    }
}
