import Model

/// What this gateway may let through of each bucket: tokens that it has taken in advance and not yet spent. No I/O and
/// no waiting: `Meter` fetches what `asks` names.
///
/// A request is never held up by a question: until a bucket's first tokens have come, and while more are on their way,
/// it goes into debt, which the next tokens pay. So the sum over all gateways is exact but for a few milliseconds.
struct LeaseBook: Sendable {
    /// What a caller is told.
    struct Standing: Sendable, Equatable {
        let limit: Int
        let remaining: Int
        /// Until the bucket is full again.
        let resetSeconds: Int
    }

    enum Decision: Sendable, Equatable {
        case pass(Standing)
        case refused(Standing, retryAfter: Duration)

        var standing: Standing {
            switch self {
            case .pass(let standing), .refused(let standing, _): standing
            }
        }
    }

    struct Ask: Sendable {
        let bucket: RateBucket
        let rate: RateLimits.Rate
        let wanted: Double
    }

    private struct Lease {
        let rate: RateLimits.Rate
        var left = 0.0
        /// Since it was last asked for more.
        var spent = 0.0
        /// In the database, when it was last asked.
        var shared: Double
        var refusedUntil: ContinuousClock.Instant
        var asksAgainAt: ContinuousClock.Instant
        var usedAt: ContinuousClock.Instant
        var isAsking = false
        var isDue = false
        /// It was answered once: `shared` is no guess.
        var isKnown = false

        /// How far it goes into debt while a question is under way: no farther than what there is for all, as far as
        /// that is known.
        var debtMax: Double { max(10, isKnown ? min(shared, rate.burst) : rate.burst / 10) }
        var smallest: Double { max(1, (rate.burst / 20).rounded(.down)) }
        /// Twice of what went since the last time, within bounds: what one gateway holds, another does not have.
        var size: Double { min(max(smallest, 2 * spent), max(1, rate.burst / 2)) }

        mutating func spend(_ now: ContinuousClock.Instant) -> (decision: Decision, wakes: Bool) {
            usedAt = now
            if now < refusedUntil { return (.refused(standing, retryAfter: refusedUntil - now), false) }
            if left < 1, now < asksAgainAt { return (.refused(standing, retryAfter: asksAgainAt - now), false) }
            let isPassed = left > -debtMax
            if isPassed {
                left -= 1
                spent += 1
            }
            let wakes = left < smallest / 2 && !isAsking && !isDue && now >= asksAgainAt
            if wakes { isDue = true }
            return (isPassed ? .pass(standing) : .refused(standing, retryAfter: .seconds(1)), wakes)
        }

        var standing: Standing {
            let have = min(max(0, left + shared), rate.burst)
            return Standing(
                limit: Int(rate.burst), remaining: Int(have),
                resetSeconds: Int(((rate.burst - have) / rate.perSecond).rounded(.up)))
        }
    }

    static let entriesMax = 50_000
    static let asksMax = 1000
    /// Tokens that nobody has used for so long are given up.
    private static let keptFor: Duration = .seconds(10)
    private static let pauseMin: Duration = .milliseconds(100)

    private var leases: [RateBucket: Lease] = [:]
    private var due: [RateBucket] = []

    var count: Int { leases.count }

    /// Takes one token. `wakes` says that there is now something to ask.
    mutating func spend(
        _ bucket: RateBucket, _ rate: RateLimits.Rate, now: ContinuousClock.Instant
    ) -> (decision: Decision, wakes: Bool) {
        if leases.count >= Self.entriesMax, leases[bucket] == nil { makeRoom(now) }
        let fresh = Lease(rate: rate, shared: rate.burst, refusedUntil: now, asksAgainAt: now, usedAt: now)
        let (decision, wakes) = leases[bucket, default: fresh].spend(now)
        if wakes { due.append(bucket) }
        return (decision, wakes)
    }

    /// What is due to be asked; `grant` or `fail` answers each.
    mutating func asks() -> [Ask] {
        let taken = due.prefix(Self.asksMax)
        due.removeFirst(taken.count)
        return taken.compactMap { bucket in
            guard var lease = leases[bucket] else { return nil }
            let wanted = min(lease.rate.burst, lease.size - min(0, lease.left))
            (lease.isDue, lease.isAsking, lease.spent) = (false, true, 0)
            leases[bucket] = lease
            return Ask(bucket: bucket, rate: lease.rate, wanted: wanted)
        }
    }

    /// `shared` is what is left for all.
    mutating func grant(_ ask: Ask, _ granted: Double, shared: Double, now: ContinuousClock.Instant) {
        guard var lease = leases[ask.bucket] else { return }
        lease.isAsking = false
        lease.isKnown = true
        lease.left += granted
        lease.shared = shared
        if lease.left < 1, shared >= 1 - lease.left {
            // More went meanwhile than was asked for, and there is more.
            lease.isDue = true
            due.append(ask.bucket)
        } else if lease.left < 1 {
            let wait = Duration.seconds(max(0, 1 - lease.left - shared) / lease.rate.perSecond)
            lease.refusedUntil = now + max(Self.pauseMin, wait)
        } else if granted < ask.wanted.rounded(.down) {
            lease.asksAgainAt = now + Self.pauseMin
        }
        leases[ask.bucket] = lease
    }

    /// Nobody answered: this gateway goes by its own clock for a second.
    mutating func fail(_ ask: Ask, now: ContinuousClock.Instant) {
        guard var lease = leases[ask.bucket] else { return }
        lease.isAsking = false
        lease.left = max(0, lease.left) + max(1, ask.rate.perSecond)
        lease.asksAgainAt = now + .seconds(1)
        leases[ask.bucket] = lease
    }

    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        leases = leases.filter { $0.value.isAsking || $0.value.isDue || now - $0.value.usedAt < Self.keptFor }
        guard leases.count >= Self.entriesMax else { return }
        leases = leases.filter { $0.value.isAsking || $0.value.isDue }
    }
}
