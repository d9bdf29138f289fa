import Foundation
import Model
import Postgres

/// Warns of keys that are about to expire, 14, 7 and 1 days before, once each.
struct ExpiryStore: Sendable {
    static let days: [Int32] = [14, 7, 1]

    let database: Database

    /// Tells a person of their own keys, and whoever has made it of a service account's. Not of a key that has a
    /// successor or was given by a rule, nor of one that was never to live that long. Answers how many were queued.
    @discardableResult
    func warn(now: Date) async throws -> Int {
        try await database.run(
            """
            INSERT INTO auth.outbox (id, kind, recipient, recipient_key, account_id, fields, once_key, expires_at)
            SELECT gen_random_uuid(), 'notice.key.expires', p.email, lower(p.email), p.id,
                   jsonb_build_object(
                       'name', k.name, 'time_us', (extract(epoch FROM k.expires_at) * 1000000)::bigint::text,
                       'of', CASE WHEN o.id = p.id THEN '' ELSE o.name END)::text,
                   'key ' || k.id || ' ' || d.days, least(k.expires_at, \(now) + interval '1 day')
              FROM auth.api_keys k
              JOIN auth.accounts o ON o.id = k.account_id AND o.deactivated_at IS NULL
              JOIN auth.accounts p ON p.id = CASE o.kind WHEN 'person' THEN o.id ELSE k.created_by END
               AND p.kind = 'person' AND p.deactivated_at IS NULL AND p.email_confirmed_at IS NOT NULL
             CROSS JOIN LATERAL (
                   SELECT min(u.days) AS days FROM unnest(\(Self.days)) AS u (days)
                    WHERE k.expires_at <= \(now) + make_interval(days => u.days)) d
             WHERE k.revoked_at IS NULL AND k.replaced_by IS NULL AND k.trust_id IS NULL AND k.expires_at > \(now)
               AND k.expires_at <= \(now) + interval '14 days'
               AND k.expires_at > k.created_at + make_interval(days => d.days)
            ON CONFLICT ON CONSTRAINT outbox_once_unique DO NOTHING
            """, for: .none)
    }
}
