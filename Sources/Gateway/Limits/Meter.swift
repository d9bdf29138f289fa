import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import Wire
import WireMessages

/// Counts requests against what all gateways share, and fetches tokens before they run out.
final class Meter: Service {
    /// So many requests wait for their turn at a time; one more is refused at once.
    private static let waitingMax = 1000

    /// Takes tokens from the shared buckets.
    typealias Take = @Sendable ([LeaseBook.Ask]) async throws(Failure) -> [TokenGrant]

    private let limits: RateLimits
    private let take: Take
    private let logger: Logger
    private let book = Mutex(LeaseBook())
    private let waiting = Atomic(0)
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(limits: RateLimits, logger: Logger, take: @escaping Take) {
        self.limits = limits
        self.take = take
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    convenience init(limits: RateLimits, auth: AuthClient, logger: Logger) {
        self.init(limits: limits, logger: logger) { asks throws(Failure) in
            let request = TakeTokensRequest.with {
                $0.asks = asks.map { ask in
                    .with {
                        $0.bucket = Data(ask.bucket.bytes)
                        ($0.rate, $0.burst, $0.wanted) = (ask.rate.perSecond, ask.rate.burst, ask.wanted)
                    }
                }
            }
            return try await auth.takeTokens(request, CallContext(deadline: .seconds(2), trace: "limits")).grants
        }
    }

    /// One request of a known caller: of the key, and of its account. While one has none left it waits for its turn,
    /// if that comes within `patience`; else this throws `.exhausted`.
    func admit(_ caller: Caller, _ notes: RequestNotes, patience: Duration = .zero) async throws(Failure) {
        guard notes.isFirst(caller) else { return }
        var buckets: [(RateBucket, RateLimits.Rate)] = []
        if !caller.bySession, let rate = limits.key { buckets.append((.key(caller.credential), rate)) }
        if let rate = limits.account { buckets.append((.account(caller.principal), rate)) }
        let until = ContinuousClock.now + patience
        var tightest: LeaseBook.Decision?
        for (bucket, rate) in buckets {
            let decision = await spend(bucket, rate, until: until)
            tightest = tightest.map { Self.tighter($0, decision) } ?? decision
        }
        try Self.settle(tightest, notes, "This key or its account")
    }

    /// One request of nobody that is known.
    func admit(address: String, _ notes: RequestNotes) throws(Failure) {
        guard let rate = limits.address else { return }
        try Self.settle(spend(.address(address), rate, .now), notes, "Whoever is at this address and sent no valid key")
    }

    /// Fetches what is asked for until it is told to stop.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            for await _ in signals {
                while !Task.isCancelled, await fetch() {}
            }
        }
    }

    /// Answers whether there was something to fetch.
    private func fetch() async -> Bool {
        let asks = book.withLock { $0.asks() }
        guard !asks.isEmpty else { return false }
        do throws(Failure) {
            let grants = try await take(asks)
            book.withLock { book in
                for (ask, grant) in zip(asks, grants) {
                    book.grant(ask, grant.granted, shared: grant.left, now: .now)
                }
                for ask in asks.dropFirst(grants.count) { book.fail(ask, now: .now) }
            }
        } catch {
            logger.warning("requests are counted by this gateway alone", metadata: ["failure": "\(error)"])
            book.withLock { book in
                for ask in asks { book.fail(ask, now: .now) }
            }
        }
        return true
    }

    private func spend(
        _ bucket: RateBucket, _ rate: RateLimits.Rate, until: ContinuousClock.Instant
    ) async -> LeaseBook.Decision {
        while true {
            let now = ContinuousClock.now
            let decision = spend(bucket, rate, now)
            guard case .refused(_, let wait) = decision, now + wait < until, await pause(wait) else { return decision }
        }
    }

    /// Whether there was room to wait, and nobody broke it off. A little longer than asked, each by another measure, so
    /// that those who wait do not come all at once.
    private func pause(_ wait: Duration) async -> Bool {
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.waitingMax else { return false }
        do { try await Task.sleep(for: wait * Double.random(in: 1...1.3)) } catch { return false }
        return true
    }

    private func spend(
        _ bucket: RateBucket, _ rate: RateLimits.Rate, _ now: ContinuousClock.Instant
    ) -> LeaseBook.Decision {
        let (decision, wakes) = book.withLock { $0.spend(bucket, rate, now: now) }
        if wakes { signal.yield() }
        return decision
    }

    /// A refusal before a pass; else the one with less left.
    private static func tighter(_ one: LeaseBook.Decision, _ other: LeaseBook.Decision) -> LeaseBook.Decision {
        if case .refused = one { return one }
        if case .refused = other { return other }
        return one.standing.remaining <= other.standing.remaining ? one : other
    }

    private static func settle(
        _ decision: LeaseBook.Decision?, _ notes: RequestNotes, _ who: String
    ) throws(Failure) {
        notes.standing = decision?.standing
        guard case .refused(_, let wait)? = decision else { return }
        throw Failure(
            .exhausted, "\(who) sends more requests than this server takes. Try again later.", reason: "rate_limited",
            retryAfter: wait)
    }
}
