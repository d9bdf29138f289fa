import Foundation
import Model
import Postgres

struct ResetStore: Sendable {
    let database: Database

    /// A link, and the mail that brings it, for the person of that name or address; nothing for whoever may have none.
    /// Links from before stay good until one of them is used: a stranger who asks often takes nobody's away.
    func queue(
        _ token: OpaqueToken, _ mail: QueuedMail.Draft, for key: String,
        telling event: @Sendable (_ account: UUID, _ name: String) -> AuditEvent
    ) async throws {
        try await database.transaction(for: .one(.none)) { transaction in
            let found = try await transaction.first(
                """
                SELECT a.id, a.name, a.email FROM auth.accounts a
                 WHERE (a.name_key = \(key) OR (a.email_key = \(key) AND a.email_key <> '')) AND a.kind = 'person'
                   AND a.password IS NOT NULL AND a.email_confirmed_at IS NOT NULL AND a.deactivated_at IS NULL
                """
            ) { row in
                (account: try row.read() as UUID, name: try row.read() as String, email: try row.read() as String)
            }
            guard let found else { return }
            _ = try await transaction.rows(OutboxStore.lock(found.email)) { _ in }
            let source: SQL = "(SELECT \(found.email)::text AS email, \(found.account)::uuid AS account_id)"
            guard try await transaction.run(OutboxStore.insert(mail, forEachOf: source)) == 1 else { return }
            try await transaction.run(
                """
                INSERT INTO auth.setup_tokens (digest, account_id, expires_at)
                VALUES (\(token.digest), \(found.account),
                        now() + make_interval(mins => \(Int32(SetupToken.resetMinutes))))
                """)
            try await transaction.run(AuditStore.append(event(found.account, found.name)))
        }
    }
}
