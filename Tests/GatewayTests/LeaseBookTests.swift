import Foundation
import Model
import Testing

@testable import Gateway

@Suite struct LeaseBookTests {
    private let bucket = RateBucket.address("192.0.2.1")
    private let rate = RateLimits.Rate(perSecond: 10, burst: 100)
    private let start = ContinuousClock.now

    private func passes(_ decision: LeaseBook.Decision) -> Bool {
        if case .pass = decision { true } else { false }
    }

    @Test func `what went while a question was under way is asked for at once, and nobody is refused for it`() {
        var book = LeaseBook()
        let small = RateLimits.Rate(perSecond: 0.5, burst: 20)
        _ = book.spend(bucket, small, now: start)
        let asks = book.asks()
        for _ in 0..<6 { #expect(passes(book.spend(bucket, small, now: start).decision)) }
        book.grant(asks[0], asks[0].wanted, shared: 20 - asks[0].wanted, now: start)
        for _ in 0..<10 { #expect(passes(book.spend(bucket, small, now: start).decision)) }
        let again = book.asks()
        #expect(again.count == 1 && again[0].wanted >= 14, "\(again)")
        book.grant(again[0], 20 - asks[0].wanted, shared: 0, now: start)
        let rest = (0..<10).filter { _ in passes(book.spend(bucket, small, now: start).decision) }
        #expect(rest.count == 3, "twenty in all")
    }

    @Test func `nobody waits for the first tokens, and what went meanwhile is paid`() {
        var book = LeaseBook()
        let first = book.spend(bucket, rate, now: start)
        #expect(passes(first.decision) && first.wakes)
        let second = book.spend(bucket, rate, now: start)
        #expect(passes(second.decision) && !second.wakes, "one question is enough")
        let asks = book.asks()
        #expect(asks.count == 1 && asks[0].wanted == 7, "two in debt and five in advance")
        #expect(book.asks().isEmpty)
        book.grant(asks[0], 7, shared: 93, now: start)
        guard case .pass(let standing) = book.spend(bucket, rate, now: start).decision else {
            Issue.record("refused")
            return
        }
        #expect(standing == .init(limit: 100, remaining: 97, resetSeconds: 1))
    }

    @Test func `an empty bucket refuses until a token has come`() {
        var book = LeaseBook()
        for _ in 0..<3 { _ = book.spend(bucket, rate, now: start) }
        book.grant(book.asks()[0], 0, shared: 0, now: start)
        guard case .refused(let standing, let wait) = book.spend(bucket, rate, now: start).decision else {
            Issue.record("passed")
            return
        }
        #expect(wait == .milliseconds(400), "three in debt and one to spend, at ten a second")
        #expect(standing.remaining == 0 && standing.resetSeconds == 10)
        #expect(book.asks().isEmpty, "refusing costs nobody a question")
        let later = book.spend(bucket, rate, now: start + .milliseconds(401))
        #expect(passes(later.decision) && later.wakes)
    }

    @Test func `debt has a limit`() {
        var book = LeaseBook()
        let passed = (0..<50).filter { _ in passes(book.spend(bucket, rate, now: start).decision) }.count
        #expect(passed == 10)
    }

    @Test func `who is busy takes more in advance, but never all`() {
        var book = LeaseBook()
        let quick = RateLimits.Rate(perSecond: 1000, burst: 1000)
        var wanted: [Double] = []
        for turn in 0..<4 {
            while !book.spend(bucket, quick, now: start + .seconds(turn)).wakes {}
            let ask = book.asks()[0]
            wanted.append(ask.wanted)
            book.grant(ask, ask.wanted.rounded(.down), shared: 500, now: start + .seconds(turn))
        }
        #expect(wanted[0] == 51 && wanted[3] > wanted[1] && wanted.allSatisfy { $0 <= 501 }, "\(wanted)")
    }

    @Test func `while nobody answers it goes by its own clock`() {
        var book = LeaseBook()
        _ = book.spend(bucket, rate, now: start)
        book.fail(book.asks()[0], now: start)
        let passed = (0..<100).filter { _ in passes(book.spend(bucket, rate, now: start).decision) }.count
        #expect((10...21).contains(passed), "\(passed)")
        #expect(book.asks().isEmpty, "not asked again within a second")
        #expect(book.spend(bucket, rate, now: start + .seconds(1)).wakes || !book.asks().isEmpty)
    }

    @Test func `two books and one bucket let through what is in it`() {
        var books = [LeaseBook(), LeaseBook()]
        var (shared, passed) = (100.0, 0)
        for request in 0..<2000 {
            let at = request % 2
            if passes(books[at].spend(bucket, rate, now: start).decision) { passed += 1 }
            for ask in books[at].asks() {
                let granted = min(shared, ask.wanted).rounded(.down)
                shared -= granted
                books[at].grant(ask, granted, shared: shared, now: start)
            }
        }
        #expect((90...102).contains(passed), "\(passed)")
    }

    @Test func `strangers by the thousand are forgotten`() {
        var book = LeaseBook()
        for number in 0..<(LeaseBook.entriesMax + 10) {
            _ = book.spend(.address("\(number)"), rate, now: start)
            if number % 1000 == 0 {
                while case let asks = book.asks(), !asks.isEmpty {
                    for ask in asks { book.grant(ask, ask.wanted.rounded(.down), shared: 0, now: start) }
                }
            }
        }
        #expect(book.count < LeaseBook.entriesMax)
    }

    @Test func `an IPv6 network counts as one, an IPv4 address for itself`() {
        #expect(RateBucket.address("2001:db8::1").bytes == RateBucket.address("2001:db8::ffff").bytes)
        #expect(RateBucket.address("2001:db8:0:1::1").bytes != RateBucket.address("2001:db8::1").bytes)
        #expect(RateBucket.address("192.0.2.1").bytes != RateBucket.address("192.0.2.2").bytes)
        let id = ID<Account>.fresh()
        #expect(RateBucket.account(id).bytes != RateBucket.key(ID(id.uuid)).bytes)
    }
}
