import Foundation
import Postgres

struct ThrottleStore: Sendable {
    let database: Database

    /// Takes one token from each bucket that has one, and answers from how many. Buckets come sorted, so that two
    /// attempts never wait for each other's rows in opposite orders.
    func take(_ buckets: [Throttle.Bucket]) async throws -> Int {
        let seconds = Double(Throttle.window.components.seconds)
        return try await database.run(
            """
            INSERT INTO auth.throttles AS t (bucket, tokens, burst)
            SELECT u.bucket, u.burst - 1, u.burst
              FROM unnest(\(buckets.map(\.key)), \(buckets.map(\.burst))) AS u (bucket, burst)
            ON CONFLICT (bucket) DO UPDATE
               SET tokens = \(Self.filled(seconds)) - 1, filled_at = now()
             WHERE \(Self.filled(seconds)) >= 1
            """, for: .none)
    }

    /// Seconds until all of them have one. `nil`: they have by now.
    func wait(for buckets: [Throttle.Bucket]) async throws -> Double? {
        let seconds = Double(Throttle.window.components.seconds)
        return try await database.first(
            """
            SELECT max((1 - \(Self.filled(seconds))) * \(seconds) / t.burst) FROM auth.throttles t
             WHERE t.bucket = ANY(\(buckets.map(\.key)))
            """, for: .none
        ) { row in try row.read(Double?.self) } ?? nil
    }

    private static func filled(_ seconds: Double) -> SQL {
        "least(t.burst, t.tokens + t.burst * extract(epoch FROM now() - t.filled_at)::float8 / \(seconds))"
    }
}
