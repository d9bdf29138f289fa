import Foundation
import Model
import Postgres
import Sealing

struct AccountStore: Sendable {
    let database: Database

    /// What signing in needs to know of an account.
    struct Lock: Sendable {
        let account: ID<Account>
        let name: String
        var nameKey = ""
        var emailKey = ""
        let hash: PasswordHash?
        /// Which of the account's browsers was brought, if any.
        var browser: UUID?
    }

    /// By name or, with an `@`, by e-mail; whoever brings `browser`.
    func lock(of key: String, by browser: KnownBrowser.Draft) async throws -> Lock? {
        try await database.first(
            """
            SELECT a.id, a.name, a.name_key, a.email_key, CASE WHEN a.deactivated_at IS NULL THEN a.password END,
                   \(KnownBrowserStore.find(browser.presented, of: "a.id"))
              FROM auth.accounts a
             WHERE a.name_key = \(key) OR (a.email_key = \(key) AND a.email_key <> '')
            """, for: .none
        ) { row in
            Lock(
                account: ID(try row.read()), name: try row.read(), nameKey: try row.read(), emailKey: try row.read(),
                hash: try row.read(String?.self).map(PasswordHash.init(phc:)), browser: try row.read())
        }
    }

    func lock(of account: ID<Account>) async throws -> Lock? {
        try await database.first(
            "SELECT id, name, password FROM auth.accounts WHERE id = \(account.uuid)", for: .none
        ) { row in
            Lock(
                account: ID(try row.read()), name: try row.read(),
                hash: try row.read(String?.self).map(PasswordHash.init(phc:)))
        }
    }

    /// A new password. The account's other sessions end, and links that would set another.
    func change(
        _ hash: PasswordHash, of account: ID<Account>, keeping session: ID<Credential>, telling event: AuditEvent
    ) async throws {
        try await database.run(
            [
                "UPDATE auth.accounts SET password = \(hash.phc) WHERE id = \(account.uuid)",
                """
                UPDATE auth.sessions SET ended_at = now()
                 WHERE account_id = \(account.uuid) AND ended_at IS NULL AND id <> \(session.uuid)
                """,
                "UPDATE auth.setup_tokens SET used_at = now() WHERE account_id = \(account.uuid) AND used_at IS NULL",
                "DELETE FROM auth.pending_sign_ins WHERE account_id = \(account.uuid)",
                AuditStore.append(event),
            ], for: event.tenants)
    }

    /// A person with the right to make workspaces, and a link for the first password.
    /// Answers whether the link is on the way by mail.
    func insert(
        _ draft: AccountEntry.Draft, token: OpaqueToken, mailing mail: QueuedMail.Draft?, by permit: Permit
    ) async throws -> Bool {
        let event = AuditEvent(
            AuditEvent.Actor(permit), "account.create", on: draft.id.text, detail: ["name": draft.name])
        let source: SQL = "(SELECT \(draft.email)::text AS email, \(draft.id.uuid)::uuid AS account_id)"
        let mailing = mail.map { [OutboxStore.insert($0, forEachOf: source)] } ?? []
        return try await Self.namingConflicts {
            try await database.run(
                Self.insert(draft, token: token, by: permit.principal.uuid) + [AuditStore.append(event)] + mailing,
                for: event.tenants
            ).last == 1 && mail != nil
        }
    }

    /// Says which rule of the schema a new account has met.
    @discardableResult
    static func namingConflicts<T: Sendable>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let error as PostgresError where error.constraint == "accounts_name_key_unique" {
            throw Failure(.conflict, "There is an account of this name.", reason: "account_exists")
        } catch let error as PostgresError where error.constraint == "accounts_email_key_unique" {
            throw Failure(.conflict, "There is an account with this address.", reason: "account_exists")
        }
    }

    static func insert(_ draft: AccountEntry.Draft, token: OpaqueToken, by actor: UUID) -> [SQL] {
        insert(draft, hash: nil, by: actor) + [insert(token, for: draft.id)]
    }

    /// A person who has chosen a password already, and is signed in.
    static func insert(
        _ draft: AccountEntry.Draft, hash: PasswordHash, isProven: Bool, beginning session: Session.Draft
    ) -> [SQL] {
        insert(draft, hash: hash, isProven: isProven, by: draft.id.uuid) + [
            SessionStore.insert(session, forEachOf: "(SELECT \(draft.id.uuid) AS account_id) AS account")
        ]
    }

    private static func insert(
        _ draft: AccountEntry.Draft, hash: PasswordHash?, isProven: Bool = false, by actor: UUID
    ) -> [SQL] {
        [
            """
            INSERT INTO auth.accounts (id, kind, name, name_key, email, email_key, email_confirmed_at, password)
            VALUES (\(draft.id.uuid), 'person', \(draft.name), \(draft.name.accountKey), \(draft.email),
                    \(draft.email.accountKey), CASE WHEN \(isProven) THEN now() END, \(hash?.phc))
            """,
            """
            INSERT INTO auth.grants (workspace_id, project_id, account_id, role, granted_by)
            VALUES (\(UUID.none), \(UUID.none), \(draft.id.uuid), 'instanceUser', \(actor))
            """,
        ]
    }

    static func insert(_ token: OpaqueToken, for account: ID<Account>) -> SQL {
        """
        INSERT INTO auth.setup_tokens (digest, account_id, expires_at)
        VALUES (\(token.digest), \(account.uuid), now() + make_interval(days => \(Int32(SetupToken.lifeDays))))
        """
    }

    /// Whose a link is, while it can be spent.
    func owner(of token: OpaqueToken) async throws -> AccountEntry? {
        try await database.first(
            """
            SELECT \(AccountEntry.columns) FROM auth.accounts a JOIN auth.setup_tokens t ON t.account_id = a.id
             WHERE t.digest = \(token.digest) AND t.used_at IS NULL AND t.expires_at > now()
               AND a.deactivated_at IS NULL
            """, for: .none, AccountEntry.init(row:))
    }

    /// Spends a link: sets the password, ends all sessions, begins one, in one statement. Of many that come at
    /// once one finds it unspent; the others change nothing and get `nil`. For an account with a second factor no
    /// session begins, but a sign-in that waits for it: a link stands for the password only. The account's other links
    /// are void with it: whoever spends one holds the account's row meanwhile. No browser is known to it any more.
    /// `isProven`: the link came by mail.
    func spend(
        _ token: OpaqueToken, setting hash: PasswordHash, isProven: Bool, beginning session: Session.Draft,
        pardon: Try.Pardon = .none, telling event: AuditEvent
    ) async throws -> SignInOutcome? {
        let pending = PendingSignIn()
        let isPending = try await database.first(
            """
            WITH owner AS MATERIALIZED (
                SELECT a.id FROM auth.accounts a JOIN auth.setup_tokens t ON t.account_id = a.id
                 WHERE t.digest = \(token.digest) FOR NO KEY UPDATE OF a
            ), spent AS (
                UPDATE auth.setup_tokens SET used_at = now()
                 WHERE digest = \(token.digest) AND account_id IN (SELECT id FROM owner) AND used_at IS NULL
                   AND expires_at > now()
                RETURNING account_id
            ), voided AS (
                UPDATE auth.setup_tokens SET used_at = now()
                 WHERE account_id IN (SELECT account_id FROM spent) AND digest <> \(token.digest) AND used_at IS NULL
            ), guarded AS (
                SELECT account_id FROM auth.factors
                 WHERE account_id IN (SELECT account_id FROM spent) AND confirmed_at IS NOT NULL
            ), ended AS (
                UPDATE auth.sessions SET ended_at = now()
                 WHERE account_id IN (SELECT account_id FROM spent) AND ended_at IS NULL
            ), changed AS (
                UPDATE auth.accounts
                   SET password = \(hash.phc), last_seen_at = now(), failures = 0,
                       email_confirmed_at = CASE WHEN \(isProven) AND email <> ''
                           THEN coalesce(email_confirmed_at, now())
                           ELSE email_confirmed_at END
                 WHERE id IN (SELECT account_id FROM spent)
            ), forgotten AS (
                DELETE FROM auth.known_browsers WHERE account_id IN (SELECT account_id FROM spent)
            ), begun AS (
                \(SessionStore.insert(
                    session,
                    forEachOf: "(SELECT account_id FROM spent EXCEPT SELECT account_id FROM guarded) AS free"))
            ), waiting AS (
                \(PendingStore.insert(pending, pardon: pardon, forEachOf: "guarded"))
            ), told AS (
                \(AuditStore.append(event, forEachOf: "spent"))
            )
            SELECT EXISTS (SELECT FROM guarded) FROM spent
            """, for: event.tenants
        ) { row in try row.read(Bool.self) }
        return isPending.map { $0 ? .pending(pending) : .session }
    }

    func setHash(_ hash: PasswordHash, of account: ID<Account>) async throws {
        try await database.run(
            "UPDATE auth.accounts SET password = \(hash.phc) WHERE id = \(account.uuid)", for: .none)
    }

    /// Which accounts a caller may find.
    enum Sight: Sendable {
        case all
        /// Oneself, and whoever has a grant in one of these workspaces.
        case those(of: ID<Account>, in: [ID<Workspace>])
    }

    /// By id or, exactly, by name or address; at most a thousand. With `sight`, of those only whom the caller may know.
    func find(ids: [ID<Account>], key: String, emailKey: String, seen sight: Sight) async throws -> [AccountEntry] {
        let (all, me, workspaces): (Bool, UUID, [UUID]) =
            switch sight {
            case .all: (true, .none, [])
            case .those(let me, let workspaces): (false, me.uuid, workspaces.map(\.uuid))
            }
        return try await database.rows(
            """
            SELECT \(AccountEntry.columns) FROM auth.accounts a
             WHERE (a.id = ANY(\(ids.map(\.uuid))) OR (\(key) <> '' AND a.name_key = \(key))
                    OR (\(emailKey) <> '' AND a.email_key = \(emailKey)))
               AND (\(all) OR a.id = \(me) OR EXISTS (
                    SELECT FROM auth.held_roles g
                     WHERE g.account_id = ANY (\(PrincipalStore.selves)) AND g.workspace_id = ANY (\(workspaces))))
             ORDER BY a.name_key LIMIT 1000
            """, for: .none, AccountEntry.init(row:))
    }
}
