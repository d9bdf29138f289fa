/// When the next of many deadlines may pass. Kept as a lower bound: calls that end early leave it untouched, so that a
/// call costs one comparison, and only when the bound passes are the calls in flight looked through.
struct Deadlines {
    private(set) var bound: ContinuousClock.Instant?

    /// Whether the bound moved, so that the timer must be set anew.
    mutating func add(_ deadline: ContinuousClock.Instant) -> Bool {
        if let bound, bound <= deadline { return false }
        bound = deadline
        return true
    }

    /// After the bound has passed: the earliest deadline that is left.
    mutating func reset(to earliest: ContinuousClock.Instant?) {
        bound = earliest
    }
}
