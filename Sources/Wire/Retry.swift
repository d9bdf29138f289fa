import Synchronization

/// Whether a call may be sent again after its connection was lost or the service was unavailable.
public enum Retry: Sendable {
    /// Once it was sent, a lost connection means `.unavailable`: it may or may not have happened.
    case never
    /// Doing it twice is doing it once: reads, and writes with an idempotency key.
    case idempotent
}

/// Keeps retries from making an overload worse: over time a fifth of the calls may be retried, and at once as many as
/// two connections carry.
final class RetryBudget: Sendable {
    static let attemptsMax = 4
    private static let tokensMax = 2048.0
    private let tokens = Mutex(tokensMax)

    func earn() {
        tokens.withLock { $0 = min(RetryBudget.tokensMax, $0 + 0.2) }
    }

    func spend() -> Bool {
        tokens.withLock { tokens in
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    /// 20 ms, doubled each time, with jitter.
    static func pause(after attempt: Int) -> Duration {
        .milliseconds(20 << min(attempt, 6)) * Double.random(in: 0.5...1)
    }
}
