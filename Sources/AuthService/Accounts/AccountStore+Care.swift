import Foundation
import Model
import Postgres

/// What administrators do with accounts.
extension AccountStore {
    func find(_ id: ID<Account>) async throws -> AccountEntry? {
        try await database.first(
            "SELECT \(AccountEntry.columns) FROM auth.accounts a WHERE a.id = \(id.uuid)", for: .none,
            AccountEntry.init(row:))
    }

    /// A page in the order of names, above `after`; with `text`, those whose name or address holds it.
    func people(after: String, text: String, limit: Int) async throws -> [AccountEntry] {
        try await database.rows(
            """
            SELECT \(AccountEntry.columns) FROM auth.accounts a
             WHERE a.kind = 'person' AND a.name_key > \(after)
               AND (\(text) = '' OR position(\(text) IN a.name_key) > 0 OR position(\(text) IN a.email_key) > 0)
             ORDER BY a.name_key LIMIT \(limit)
            """, for: .none, AccountEntry.init(row:))
    }

    /// The service accounts or groups of a workspace, or of the instance, in the order of names.
    func residents(_ kind: Access.Kind, of home: ID<Workspace>?) async throws -> [AccountEntry] {
        try await database.rows(
            """
            SELECT \(AccountEntry.columns) FROM auth.accounts a
             WHERE a.kind = \(kind.rawValue) AND a.home_id = \(home?.uuid ?? UUID.none)
             ORDER BY a.name_key LIMIT 1000
            """, for: .none, AccountEntry.init(row:))
    }

    /// A service account or group. Throws `.conflict` when its home has one of that name, `.exhausted` at `most`.
    func insert(_ draft: AccountEntry.Resident, most: Int, telling event: AuditEvent) async throws {
        do {
            let made = try await database.run(
                """
                WITH made AS (
                    INSERT INTO auth.accounts (id, kind, name, name_key, home_id, description)
                    SELECT \(draft.id.uuid), \(draft.kind.rawValue), \(draft.name), \(draft.nameKey), \(draft.homeKey),
                           \(draft.description)
                     WHERE \(Int64(most)) > (
                           SELECT count(*) FROM auth.accounts a WHERE kind <> 'person' AND home_id = \(draft.homeKey)
                              AND NOT EXISTS (SELECT FROM auth.provisioned_groups g WHERE g.account_id = a.id))
                    RETURNING id
                )
                \(AuditStore.append(event, forEachOf: "made"))
                """, for: event.tenants)
            guard made == 1 else {
                throw Failure(
                    .exhausted, "There are \(most) service accounts and groups here already.",
                    reason: "too_many_accounts")
            }
        } catch let error as PostgresError where error.constraint == "accounts_name_key_unique" {
            throw Failure(.conflict, "There is one of this name here.", reason: "account_exists")
        }
    }

    /// Puts an account out of use: its sessions, keys and links end with it, and do not come back. Answers whether
    /// it was in use. Two that would leave the instance without an administrator meet at the lock.
    func deactivate(_ id: ID<Account>, telling event: AuditEvent) async throws -> Bool {
        try await database.transaction(for: event.tenants) { transaction in
            _ = try await transaction.rows("SELECT auth.lock('owners', \(UUID.none)) IS NULL") { _ in }
            let changed = try await transaction.run(
                "UPDATE auth.accounts SET deactivated_at = now() WHERE id = \(id.uuid) AND deactivated_at IS NULL")
            guard changed == 1 else { return false }
            let isRuled = try await transaction.first(
                """
                SELECT EXISTS (
                    SELECT FROM auth.grants g JOIN auth.accounts a ON a.id = g.account_id
                     WHERE g.workspace_id = \(UUID.none) AND g.role = 'instanceAdmin' AND a.deactivated_at IS NULL)
                """
            ) { row in try row.read(Bool.self) }
            guard isRuled == true else {
                throw Failure(
                    .conflict, "The last administrator of the instance cannot be put out of use.", reason: "last_owner")
            }
            for statement in Self.endings(of: id) + [AuditStore.append(event)] { try await transaction.run(statement) }
            return true
        }
    }

    /// What opens an account and goes with its use.
    static func endings(of id: ID<Account>) -> [SQL] {
        [
            "UPDATE auth.sessions SET ended_at = now() WHERE account_id = \(id.uuid) AND ended_at IS NULL",
            "UPDATE auth.api_keys SET revoked_at = now() WHERE account_id = \(id.uuid) AND revoked_at IS NULL",
            "UPDATE auth.setup_tokens SET used_at = now() WHERE account_id = \(id.uuid) AND used_at IS NULL",
            "DELETE FROM auth.pending_sign_ins WHERE account_id = \(id.uuid)",
            KnownBrowserStore.forget(of: id),
            "DELETE FROM auth.email_confirmations WHERE account_id = \(id.uuid)",
            "DELETE FROM auth.device_requests WHERE account_id = \(id.uuid) AND spent_at IS NULL",
        ]
    }

    /// Answers whether it was out of use.
    func reactivate(_ id: ID<Account>, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH changed AS (
                UPDATE auth.accounts SET deactivated_at = NULL
                 WHERE id = \(id.uuid) AND deactivated_at IS NOT NULL RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "changed"))
            """, for: event.tenants) == 1
    }

    /// A link for a new password; links before it are void. Answers whether there is such a person in use.
    func insert(_ token: OpaqueToken, resetting id: ID<Account>, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH voided AS (
                UPDATE auth.setup_tokens SET used_at = now() WHERE account_id = \(id.uuid) AND used_at IS NULL
            ), made AS (
                INSERT INTO auth.setup_tokens (digest, account_id, expires_at)
                SELECT \(token.digest), id, now() + make_interval(mins => \(Int32(SetupToken.resetMinutes)))
                  FROM auth.accounts WHERE id = \(id.uuid) AND kind = 'person' AND deactivated_at IS NULL
                RETURNING digest
            )
            \(AuditStore.append(event, forEachOf: "made"))
            """, for: event.tenants) == 1
    }
}
