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

    private static func filled(_ seconds: Double) -> SQL {
        "least(t.burst, t.tokens + t.burst * extract(epoch FROM now() - t.filled_at)::float8 / \(seconds))"
    }
}
