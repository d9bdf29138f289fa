import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// From an experiment's key to where it lives, for files: their service knows no keys. Remembered for a few seconds
/// for each credential, so that a folder of a thousand files does not ask a thousand times.
final class ExperimentResolver: Sendable {
    private struct Name: Hashable {
        let credential: ID<Caller.Credential>
        let key: String
    }

    private let known = Remembered<Name, ExperimentRef>(for: .seconds(5))
    private let tracking: TrackingClient

    init(tracking: TrackingClient) {
        self.tracking = tracking
    }

    /// Throws `.notFound` (`experiment_unknown`) for what is not there or not to be seen.
    func ref(_ key: String, _ caller: Caller, _ context: EdgeContext) async throws(Failure) -> ExperimentRef {
        guard !key.isEmpty else {
            throw Failure(.invalid, "The experiment's key is missing.", reason: "experiment_key_missing")
        }
        return try await known.value(Name(credential: caller.credential, key: key)) { () throws(Failure) in
            try await tracking.locate(.with { $0.key = key }, caller.call(context)).ref
        }
    }

    /// The experiment was moved or deleted through this gateway.
    func forget(_ keys: [String]) {
        let gone = Set(keys)
        known.forget { name, _ in gone.contains(name.key) }
    }
}
