import Foundation
import Postgres

struct RateBucketStore: Sendable {
    let database: Database

    /// Takes whole tokens from each bucket, in one statement. Ordered by key, so that two gateways never wait for each
    /// other's rows in opposite orders.
    func take(_ buckets: [RateBucket]) async throws -> [[UInt8]: RateBucket.Grant] {
        let ordered = Dictionary(buckets.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first }).values
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let rows = try await database.rows(
            """
            INSERT INTO auth.rate_buckets AS t (bucket, tokens, rate, burst, granted)
            SELECT bucket, burst - floor(wanted), rate, burst, floor(wanted)
              FROM unnest(
                   \(ordered.map(\.key)), \(ordered.map(\.rate)), \(ordered.map(\.burst)), \(ordered.map(\.wanted))
              ) AS u (bucket, rate, burst, wanted)
            ON CONFLICT (bucket) DO UPDATE
               SET granted = floor(least(\(Self.filled), excluded.granted)),
                   tokens = \(Self.filled) - floor(least(\(Self.filled), excluded.granted)),
                   rate = excluded.rate, burst = excluded.burst, filled_at = greatest(t.filled_at, now())
            RETURNING t.bucket, t.granted, t.tokens
            """, for: .none
        ) { row in
            (try row.read([UInt8].self), RateBucket.Grant(granted: try row.read(), left: try row.read()))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// Removes buckets that are full again.
    func sweep() async throws {
        try await database.run(
            "DELETE FROM auth.rate_buckets WHERE filled_at < now() - interval '1 hour'", for: .none)
    }

    /// What is in a bucket now: it has filled at the rate of its last use.
    private static let filled: SQL = """
        least(excluded.burst, t.tokens + t.rate * greatest(0, extract(epoch FROM now() - t.filled_at)::float8))
        """
}
