import Model

/// What is known of a proof (a key with its address, or a session) and for how long. No I/O: `Authenticator` asks auth
/// when this says so, and one caller at a time does it for all that wait.
struct AccessCache: Sendable {
    /// `nil`: whoever asked was broken off; ask anew.
    typealias Waiter = CheckedContinuation<Outcome?, Never>

    enum Proof: Hashable, Sendable {
        /// The address belongs to it, because auth may bind a key to addresses.
        case key(String, address: String)
        case session(String)
    }

    enum Outcome: Sendable {
        case known(Caller)
        case refused(Failure)
    }

    enum Step {
        case use(Outcome)
        /// Ask auth, then `finish`.
        case ask
        /// Somebody is asking; the waiter was kept and is handed out by `finish`.
        case wait
    }

    private struct Entry {
        var outcome: Outcome?
        var freshUntil: ContinuousClock.Instant
        var usableUntil: ContinuousClock.Instant
        var isAsking = false
        var waiters: [Waiter] = []
    }

    /// A revocation bites within a second: this, and the time of one question.
    static let fresh: Duration = .milliseconds(700)
    /// How long an answer of auth is good for while auth cannot be asked.
    static let usable: Duration = .seconds(60)
    static let entriesMax = 20_000

    private var entries: [Proof: Entry] = [:]

    var count: Int { entries.count }

    /// `waiter` is kept when the step is `.wait`.
    mutating func begin(_ proof: Proof, now: ContinuousClock.Instant, waiter: Waiter?) -> Step {
        if entries.count >= Self.entriesMax { makeRoom(now) }
        var entry = entries[proof] ?? Entry(freshUntil: now, usableUntil: now)
        if let outcome = entry.outcome, now < entry.freshUntil { return .use(outcome) }
        if entry.isAsking {
            if let waiter {
                entry.waiters.append(waiter)
                entries[proof] = entry
            }
            return .wait
        }
        entry.isAsking = true
        entries[proof] = entry
        return .ask
    }

    /// What `ask` has found out. `nil`: it was broken off, and one of the waiters should ask anew.
    /// Answers what counts now, and who waits for it.
    mutating func finish(
        _ proof: Proof, _ found: Outcome?, now: ContinuousClock.Instant
    ) -> (outcome: Outcome?, waiters: [Waiter]) {
        guard var entry = entries.removeValue(forKey: proof) else { return (found, []) }
        let waiters = entry.waiters
        entry.waiters = []
        entry.isAsking = false
        switch found {
        case .known:
            entry.outcome = found
            (entry.freshUntil, entry.usableUntil) = (now + Self.fresh, now + Self.usable)
        case .refused(let failure) where failure.code != .unavailable && failure.code != .deadline:
            // Kept as long as a good answer is, so that a script with a bad key does not make auth work.
            entry.outcome = found
            (entry.freshUntil, entry.usableUntil) = (now + Self.fresh, now + Self.fresh)
        case .refused:
            // Auth is away. What it said last is good for a while; only then the caller hears of it.
            guard case .known = entry.outcome, now < entry.usableUntil else { return (found, waiters) }
            entry.freshUntil = min(entry.usableUntil, now + Self.fresh)
        case nil:
            guard entry.outcome != nil else { return (nil, waiters) }
            entries[proof] = entry
            return (nil, waiters)
        }
        entries[proof] = entry
        return (entry.outcome, waiters)
    }

    /// Forgets what was said of everybody with this account: a right of theirs has just changed.
    mutating func forget(_ account: ID<Account>) {
        for (proof, entry) in entries {
            if case .known(let caller)? = entry.outcome, caller.principal == account { forget(proof) }
        }
    }

    /// Forgets what was said of a proof, such as a session that has just ended.
    mutating func forget(_ proof: Proof) {
        guard var entry = entries[proof] else { return }
        if entry.isAsking {
            entry.outcome = nil
            entries[proof] = entry
        } else {
            entries[proof] = nil
        }
    }

    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        entries = entries.filter { $0.value.isAsking || $0.value.usableUntil > now }
        guard entries.count >= Self.entriesMax else { return }
        entries = entries.filter { $0.value.isAsking || $0.value.freshUntil > now }
        guard entries.count >= Self.entriesMax else { return }
        entries = entries.filter { $0.value.isAsking }
    }
}
