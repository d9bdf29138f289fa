public import Model
import Postgres

/// What callers may know of the database's errors: that it is away, too busy or too slow. The rest is a bug.
public func translated(_ error: any Error) -> Failure? {
    guard let error = error as? PostgresError else { return nil }
    let detail = "\(error)"
    if error.isConnectionLoss {
        return Failure(
            .unavailable, "The database cannot be reached; try again.", detail: detail, retryAfter: .seconds(1))
    }
    if error.isOverload {
        return Failure(.exhausted, "The database is too busy; try again.", detail: detail, retryAfter: .seconds(1))
    }
    if error.isTimeout {
        return Failure(.deadline, "The database took too long.", detail: detail, retryAfter: .seconds(1))
    }
    if error.isRetryable {
        return Failure(
            .unavailable, "Others changed the same at once; try again.", detail: detail, retryAfter: .seconds(1))
    }
    return nil
}
