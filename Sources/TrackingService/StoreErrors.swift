import Model
import Postgres

/// Runs a statement of an experiment's store, and turns what the schema refuses into what the caller did wrong.
func refusals<T>(_ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let error as PostgresError {
        throw Failure(refused: error) ?? error
    }
}

extension Failure {
    /// `nil` for everything that is not the caller's doing.
    fileprivate init?(refused error: PostgresError) {
        switch error.sqlState {
        case "23503" where error.constraint.hasSuffix("_experiment"):
            self = .experimentUnknown  // deleted a moment ago
        case "23514" where error.constraint.hasSuffix("_size"):
            self.init(.exhausted, "This experiment holds as much of this kind as it can.", reason: "experiment_full")
        case "23514", "22P02", "22023", "22P05", "22021":
            self.init(.invalid, "This is no valid JSON object, or it holds a NUL.", reason: "json_invalid")
        default:
            return nil
        }
    }
}
