import Model
import SwiftProtobuf
import Synchronization
import TrackingClient
import Wire
import WireMessages

/// From an experiment's key to where it lives, for files: their service knows no keys. Remembered for a few seconds
/// for each credential, so that a folder of a thousand files does not ask a thousand times.
///
/// What is remembered grants nothing: the artifact service judges every call by the caller's own access.
final class ExperimentResolver: Sendable {
    private struct Name: Hashable {
        let credential: ID<Caller.Credential>
        let key: String
    }

    private static let entriesMax = 10_000
    private static let lifetime: Duration = .seconds(5)

    private let known = Mutex<[Name: (ref: ExperimentRef, until: ContinuousClock.Instant)]>([:])
    private let locate: @Sendable (String, CallContext) async throws(Failure) -> ExperimentRef

    init(tracking: TrackingClient) {
        locate = { key, context throws(Failure) in
            try await tracking.locate(.with { $0.key = key }, context).ref
        }
    }

    /// Throws `.notFound` (`experiment_unknown`) for what is not there or not to be seen.
    func ref(_ key: String, _ caller: Caller, _ context: EdgeContext) async throws(Failure) -> ExperimentRef {
        guard !key.isEmpty else {
            throw Failure(.invalid, "The experiment's key is missing.", reason: "experiment_key_missing")
        }
        let name = Name(credential: caller.credential, key: key)
        if let hit = known.withLock({ $0[name] }), hit.until > .now { return hit.ref }
        let ref = try await locate(key, caller.call(context))
        known.withLock { known in
            if known.count >= Self.entriesMax { known.removeAll(keepingCapacity: true) }
            known[name] = (ref, .now + Self.lifetime)
        }
        return ref
    }

    /// The experiment was moved or deleted through this gateway.
    func forget(_ keys: [String]) {
        let gone = Set(keys)
        known.withLock { known in known = known.filter { !gone.contains($0.key.key) } }
    }
}
