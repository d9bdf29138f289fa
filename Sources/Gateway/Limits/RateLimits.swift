/// How many requests are let through. Each of the three is a bucket that fills at a rate up to a burst; a request takes
/// one token from every bucket that it belongs to.
public struct RateLimits: Sendable, Equatable {
    public struct Rate: Sendable, Equatable {
        public var perSecond: Double
        public var burst: Double

        public init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// `nil`: not limited.
    public var key: Rate?
    public var account: Rate?
    /// For requests of nobody that is known.
    public var address: Rate?

    /// No honest client comes near the first two; the third is what a person needs who has forgotten to sign in.
    public init(
        key: Rate? = Rate(perSecond: 20_000, burst: 40_000), account: Rate? = Rate(perSecond: 40_000, burst: 80_000),
        address: Rate? = Rate(perSecond: 20, burst: 200)
    ) {
        self.key = key
        self.account = account
        self.address = address
    }
}
