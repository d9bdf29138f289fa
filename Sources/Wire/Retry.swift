/// Whether a call may be sent again after its connection was lost or the service was unavailable.
public enum Retry: Sendable {
    /// Once it was sent, a lost connection means `.unavailable`: it may or may not have happened.
    case never
    /// Doing it twice is doing it once: reads, and writes with an idempotency key.
    case idempotent
}
