import Foundation
import Model
import Postgres

/// Mail that waits. What is queued, is queued in the transaction of the act that causes it.
struct OutboxStore: Sendable {
    let database: Database

    /// Queues a mail for each row of `source`, which gives `email` and `account_id`, as long as neither that address
    /// has had too many of its kind within an hour, nor its causer has caused too many. Under `lock` that is exact.
    static func insert(_ draft: QueuedMail.Draft, forEachOf source: SQL) -> SQL {
        """
        INSERT INTO auth.outbox
               (id, kind, recipient, recipient_key, account_id, causer_id, fields, link, expires_at)
        SELECT \(draft.id), \(draft.kind.rawValue), s.email, lower(s.email), s.account_id, \(draft.causer?.uuid)::uuid,
               \(draft.fields), \(draft.sealedLink), now() + make_interval(secs => \(Double(draft.secondsMax)))
          FROM \(source) s
         WHERE \(Int64(QueuedMail.Draft.perRecipientMax)) > (
               SELECT count(*) FROM auth.outbox o
                WHERE o.recipient_key = lower(s.email) AND o.kind = \(draft.kind.rawValue)
                  AND o.created_at > now() - interval '1 hour')
           AND \(Int64(QueuedMail.Draft.perCauserMax)) > (
               SELECT count(*) FROM auth.outbox o
                WHERE o.causer_id = \(draft.causer?.uuid)::uuid AND o.created_at > now() - interval '1 hour')
        """
    }

    /// Held until the end of the transaction, so that of many at once no more are queued than may be.
    static func lock(_ email: String) -> SQL {
        "SELECT auth.lock(\("mail " + email.accountKey), \(UUID.none)) IS NULL"
    }

    /// Mail that is due, for the caller alone until the lease has passed: of many senders that ask at once, each gets
    /// others.
    func claim(_ count: Int, now: Date) async throws -> [QueuedMail.Claim] {
        try await database.rows(
            """
            WITH due AS MATERIALIZED (
                SELECT id FROM auth.outbox
                 WHERE state = 'queued' AND due_at <= \(now) AND expires_at > \(now)
                 ORDER BY due_at LIMIT \(count) FOR UPDATE SKIP LOCKED
            )
            UPDATE auth.outbox o
               SET attempts = o.attempts + 1, due_at = \(now.addingTimeInterval(QueuedMail.Claim.lease))
              FROM due WHERE o.id = due.id
            RETURNING o.id, o.kind, o.recipient,
                      coalesce((SELECT a.name FROM auth.accounts a WHERE a.id = o.account_id), ''), o.fields, o.link,
                      o.attempts, o.created_at
            """, for: .none
        ) { row in
            QueuedMail.Claim(
                id: try row.read(), kind: try row.read(), recipient: try row.read(), account: try row.read(),
                fields: QueuedMail.fields(try row.read()), sealedLink: try row.read(), attempts: try row.read(),
                createdAt: try row.read())
        }
    }

    /// The relay has taken it; the link is forgotten.
    func sent(_ claim: QueuedMail.Claim, now: Date) async throws {
        try await database.run(
            """
            UPDATE auth.outbox SET state = 'sent', sent_at = \(now), link = '', problem = ''
             WHERE id = \(claim.id) AND state = 'queued'
            """, for: .none)
    }

    /// It was not taken: it is tried again, or given up. Not if another has claimed it meanwhile.
    func failed(_ claim: QueuedMail.Claim, _ problem: String, isForGood: Bool, now: Date) async throws {
        try await database.run(
            """
            UPDATE auth.outbox
               SET problem = \(problem.plain(1000)), due_at = \(claim.next(after: now)),
                   state = CASE WHEN \(isForGood) THEN 'dead' ELSE 'queued' END
             WHERE id = \(claim.id) AND state = 'queued' AND attempts = \(claim.attempts)
            """, for: .none)
    }

    /// The newest first.
    func list(deadOnly: Bool) async throws -> [QueuedMail] {
        try await database.rows(
            """
            SELECT id, kind, recipient, state, attempts, problem, created_at, due_at, sent_at FROM auth.outbox
             WHERE state = 'dead' OR NOT \(deadOnly) ORDER BY created_at DESC, id DESC LIMIT 500
            """, for: .none
        ) { row in
            QueuedMail(
                id: try row.read(), kind: try row.read(), recipient: try row.read(),
                state: QueuedMail.State(rawValue: try row.read()) ?? .dead, attempts: try row.read(),
                problem: try row.read(), createdAt: try row.read(), dueAt: try row.read(), sentAt: try row.read())
        }
    }

    /// What was given up is tried again: with a link while that is good, and else for another day. Without an id all.
    func retry(_ id: UUID?, now: Date, telling event: AuditEvent) async throws -> Int {
        try await database.run(
            """
            WITH changed AS (
                UPDATE auth.outbox
                   SET state = 'queued', attempts = 0, due_at = \(now),
                       expires_at = CASE WHEN \(Self.hasLink) THEN expires_at ELSE \(now) + interval '1 day' END
                 WHERE state <> 'sent' AND (NOT \(Self.hasLink) OR (link <> '' AND expires_at > \(now)))
                   AND (id = \(id)::uuid OR (\(id == nil) AND state = 'dead'))
                RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "changed"))
            """, for: event.tenants)
    }

    /// Gives up what is too old, forgets links that are no longer good, and what was settled a month ago.
    func sweep(now: Date) async throws {
        try await database.run(
            [
                """
                UPDATE auth.outbox
                   SET state = 'dead', problem = CASE problem WHEN '' THEN 'It was not sent in time.' ELSE problem END
                 WHERE state = 'queued' AND expires_at <= \(now)
                """,
                "UPDATE auth.outbox SET link = '' WHERE link <> '' AND expires_at <= \(now)",
                "DELETE FROM auth.outbox WHERE created_at < \(now) - interval '30 days' AND state <> 'queued'",
                "DELETE FROM auth.email_confirmations WHERE expires_at <= \(now)",
            ], for: .none)
    }

    private static let hasLink: SQL = "(kind NOT LIKE 'notice.%')"
}
