import Foundation
import Model
import Postgres

struct EmailStore: Sendable {
    let database: Database

    struct Standing: Sendable, Equatable {
        let email: String
        let isConfirmed: Bool
        /// A link went there, and was not opened yet.
        let waiting: String
    }

    func standing(of account: ID<Account>) async throws -> Standing? {
        try await database.first(
            """
            SELECT a.email, a.email_confirmed_at IS NOT NULL, coalesce((
                   SELECT c.email FROM auth.email_confirmations c
                    WHERE c.account_id = a.id AND c.expires_at > now()), '')
              FROM auth.accounts a WHERE a.id = \(account.uuid)
            """, for: .none
        ) { row in Standing(email: try row.read(), isConfirmed: try row.read(), waiting: try row.read()) }
    }

    /// The link, and the mail that brings it, in the place of one before. `false`, and nothing done, when enough mail
    /// went to that address.
    func begin(
        _ confirmation: EmailConfirmation, _ mail: QueuedMail.Draft, telling event: AuditEvent
    ) async throws -> Bool {
        let account = confirmation.account.uuid
        let source: SQL = "(SELECT \(confirmation.email)::text AS email, \(account)::uuid AS account_id)"
        return try await database.transaction(for: event.tenants) { transaction in
            _ = try await transaction.rows(OutboxStore.lock(confirmation.email)) { _ in }
            guard try await transaction.run(OutboxStore.insert(mail, forEachOf: source)) == 1 else { return false }
            try await transaction.run(
                """
                INSERT INTO auth.email_confirmations AS c (account_id, digest, email, expires_at)
                VALUES (\(account), \(confirmation.token.digest), \(confirmation.email),
                        now() + make_interval(hours => \(Int32(EmailConfirmation.lifeHours))))
                ON CONFLICT (account_id) DO UPDATE
                   SET digest = excluded.digest, email = excluded.email, expires_at = excluded.expires_at
                """)
            try await transaction.run(AuditStore.append(event))
            return true
        }
    }

    /// Spends a link: the address is the account's from now on, and confirmed. `nil` when there is none to spend; of
    /// many that come at once one finds it. `event` is given the account, its name, the address that was confirmed
    /// before, and whether the new one is another.
    func confirm(
        _ token: OpaqueToken,
        _ event: @Sendable (_ account: UUID, _ name: String, _ old: String, _ isNew: Bool) -> AuditEvent
    ) async throws -> String? {
        try await database.transaction(for: .one(.none)) { transaction in
            // Before the log, as all who change an account do: none then waits for another in a ring.
            _ = try await transaction.rows(
                """
                SELECT a.id FROM auth.accounts a JOIN auth.email_confirmations c ON c.account_id = a.id
                 WHERE c.digest = \(token.digest) FOR NO KEY UPDATE OF a
                """
            ) { _ in }
            let spent = try await transaction.first(
                """
                DELETE FROM auth.email_confirmations c USING auth.accounts a
                 WHERE c.digest = \(token.digest) AND c.expires_at > now() AND a.id = c.account_id
                   AND a.deactivated_at IS NULL
                RETURNING c.email, a.id, a.name,
                          CASE WHEN a.email_confirmed_at IS NULL THEN '' ELSE a.email END, a.email_key
                """
            ) { row in
                (
                    email: try row.read() as String, account: try row.read() as UUID, name: try row.read() as String,
                    old: try row.read() as String, key: try row.read() as String
                )
            }
            guard let spent else { return nil }
            // Told first: the notice goes to the address that was confirmed before.
            try await transaction.run(
                AuditStore.append(
                    event(spent.account, spent.name, spent.old, spent.key != spent.email.accountKey)))
            try await transaction.run(
                """
                UPDATE auth.accounts
                   SET email = \(spent.email), email_key = \(spent.email.accountKey), email_confirmed_at = now()
                 WHERE id = \(spent.account)
                """)
            return spent.email
        }
    }
}
