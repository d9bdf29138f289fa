/// Whose COMMIT a short statement waits for.
public enum Commit: Sendable {
    /// A transaction of its own.
    case alone
    /// May share its transaction with other joint calls that wait at the same time, and so one COMMIT with one flush
    /// to disk. Each sees only its own tenants. When one fails, all are repeated by themselves: to a caller it looks
    /// like a transaction of its own, but for locks, which it may hold until the last of the others is done, and for
    /// which it may wait with one of them.
    case joint
}
