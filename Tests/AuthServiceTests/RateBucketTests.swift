import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct RateBucketTests {
    private func bucket(_ name: String, _ wanted: Double, rate: Double = 0.01, burst: Double = 20) throws -> RateBucket
    {
        try RateBucket(key: Array(name.utf8), rate: rate, burst: burst, wanted: wanted)
    }

    @Test func `what one takes, another does not have`() async throws {
        try await AuthHouse.with { house in
            let buckets = house.service.buckets
            let first = try await buckets.take([bucket("one", 15), bucket("two", 100)], from: "gateway")
            #expect(first.map(\.granted) == [15, 20])
            let second = try await buckets.take([bucket("two", 5), bucket("one", 15)], from: "gateway")
            #expect(second.map(\.granted) == [0, 5])
            #expect(await outcome { _ = try await buckets.take([], from: "tracking") } == "forbidden")
        }
    }

    @Test func `sixteen at once are given as many as there are`() async throws {
        try await AuthHouse.with { house in
            let results = await race(16) { _ in
                let granted = try await house.service.buckets.take([bucket("shared", 3)], from: "gateway")[0].granted
                throw Failure(.conflict, "", reason: "\(Int(granted))")
            }
            let total = results.reduce(0) { $0 + (Int($1.key.split(separator: " ").last ?? "") ?? 0) * $1.value }
            #expect(total == 20, "\(results)")
        }
    }

    @Test func `a bucket fills at its rate, and no further than its burst`() async throws {
        try await AuthHouse.with { house in
            let buckets = house.service.buckets
            _ = try await buckets.take([bucket("slow", 20, rate: 2)], from: "gateway")
            for (seconds, expected) in [(3.0, 6.0), (3600.0, 20.0)] {
                try await house.owner.run(
                    "UPDATE auth.rate_buckets SET filled_at = now() - make_interval(secs => \(seconds))", for: .none)
                let granted = try await buckets.take([bucket("slow", 20, rate: 2)], from: "gateway")[0].granted
                #expect(granted == expected)
            }
            try await house.owner.run(
                "UPDATE auth.rate_buckets SET filled_at = now() - interval '2 hours'", for: .none)
            try await buckets.store.sweep()
            #expect(try await house.owner.rows("SELECT 1 FROM auth.rate_buckets", for: .none) { _ in 1 }.isEmpty)
        }
    }

    @Test(arguments: [(0.0, 1.0), (1.0, 0.5), (1.0, 4000.0), (.infinity, 1.0), (.nan, 1.0), (-1.0, 1.0)])
    func `what is no bucket is refused`(_ rate: Double, _ burst: Double) {
        #expect(throws: Failure.self) { try bucket("x", 1, rate: rate, burst: burst) }
    }
}
