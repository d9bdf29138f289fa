import Foundation
import Model
import Postgres

struct KnownBrowserStore: Sendable {
    let database: Database

    /// Which of an account's browsers a token stands for; a part of a statement. The token of somebody else is none.
    static func find(_ token: OpaqueToken?, of account: SQL) -> SQL {
        """
        (SELECT b.id FROM auth.known_browsers b
          WHERE b.digest = \(token?.digest ?? []) AND b.account_id = \(account) AND b.known_as = ''
            AND b.expires_at > now())
        """
    }

    /// Which browser a token stands for, of whoever goes by that name in a directory.
    func find(_ token: OpaqueToken?, as name: [UInt8]) async throws -> UUID? {
        try await database.first(
            """
            SELECT b.id FROM auth.known_browsers b JOIN auth.accounts a ON a.id = b.account_id
             WHERE b.digest = \(token?.digest ?? []) AND b.known_as = \(name) AND b.expires_at > now()
               AND a.deactivated_at IS NULL
             LIMIT 1
            """, for: .none
        ) { row in try row.read() }
    }

    /// Makes the browser known to whoever's session has begun; nothing, when none has. All that it was known for before
    /// goes on under its new token.
    func remember(_ session: Session.Draft, as name: [UInt8]) async throws {
        let browser = session.browser
        try await database.run(
            [
                """
                UPDATE auth.known_browsers SET digest = \(browser.token.digest)
                 WHERE id IN (SELECT id FROM auth.known_browsers
                               WHERE digest = \(browser.presented?.digest ?? []) AND expires_at > now()
                               ORDER BY id FOR UPDATE)
                """,
                """
                INSERT INTO auth.known_browsers (id, digest, account_id, known_as, expires_at)
                SELECT \(UUID()), \(browser.token.digest), s.account_id, \(name),
                       now() + make_interval(days => \(Int32(KnownBrowser.days)))
                  FROM auth.sessions s WHERE s.id = \(session.id.uuid) AND s.ended_at IS NULL
                ON CONFLICT (digest, account_id, known_as)
                DO UPDATE SET seen_at = now(), expires_at = excluded.expires_at
                """,
            ], for: .none)
        try await database.run(
            """
            DELETE FROM auth.known_browsers WHERE id IN (
                SELECT b.id FROM auth.known_browsers b JOIN auth.sessions s ON s.account_id = b.account_id
                 WHERE s.id = \(session.id.uuid) ORDER BY b.seen_at DESC, b.id OFFSET \(KnownBrowser.countMax))
            """, for: .none)
    }

    /// For the transaction of what makes strangers of an account's browsers.
    static func forget(of account: ID<Account>) -> SQL {
        "DELETE FROM auth.known_browsers WHERE account_id = \(account.uuid)"
    }
}
