import Foundation
import Model
import Postgres

struct SessionStore: Sendable {
    let database: Database

    /// Begins a session for each account that `source`, a part of the same statement, names as `account_id`. `there` is
    /// the session at a provider that it came from.
    static func insert(
        _ draft: Session.Draft, hasSecondFactor: Bool = false, from there: SQL = "NULL", forEachOf source: SQL
    ) -> SQL {
        """
        INSERT INTO auth.sessions
               (id, digest, account_id, expires_at, address, client, second_factor, provider_session_id)
        SELECT \(draft.id.uuid), \(draft.token.digest), account_id,
               now() + make_interval(days => \(Int32(Session.daysMax))), \(draft.address), \(draft.client),
               \(hasSecondFactor), (\(there))::uuid
          FROM \(source)
        """
    }

    /// Begins a session after a right password, and forgives the failures before it.
    func begin(_ draft: Session.Draft, for account: ID<Account>, telling event: AuditEvent) async throws {
        try await database.run(
            [
                Self.insert(draft, forEachOf: "(SELECT \(account.uuid) AS account_id) AS account"),
                "UPDATE auth.accounts SET last_seen_at = now(), failures = 0 WHERE id = \(account.uuid)",
                AuditStore.append(event),
            ], for: event.tenants)
    }

    func find(_ token: OpaqueToken) async throws -> Session? {
        try await database.first(
            """
            SELECT s.id, \(Self.isAlive) AND a.deactivated_at IS NULL, s.proved_at, s.second_factor,
                   \(FactorPolicyStore.columns), \(PrincipalStore.columns)
              FROM auth.sessions s JOIN auth.accounts a ON a.id = s.account_id
             WHERE s.digest = \(token.digest)
            """, for: .none
        ) { row in
            let (id, isAlive): (UUID, Bool) = (try row.read(), try row.read())
            let (provedAt, isProvenTwice): (Date, Bool) = (try row.read(), try row.read())
            let (hasFactor, demands) = try FactorPolicyStore.decode(&row)
            return Session(
                id: ID(id), principal: try PrincipalStore.decode(&row),
                isAlive: isAlive && (isProvenTwice || !hasFactor),
                provedAt: provedAt, hasSecondFactor: isProvenTwice, demands: demands)
        }
    }

    /// Spends the evidence, gives a living session another token, and notes that it was proven; when it will end.
    /// `nil`: nothing was changed.
    func rotate(
        _ id: ID<Credential>, to token: OpaqueToken, with evidence: FactorEvidence, now: Date,
        telling event: AuditEvent
    ) async throws -> Date? {
        try await database.first(
            """
            WITH proven AS (
                \(FactorProofStore.spend(evidence, now: now))
            ), reopened AS (
                \(FactorProofStore.reopen(evidence, ofThose: "proven"))
            ), rotated AS (
                UPDATE auth.sessions s
                   SET digest = \(token.digest), proved_at = now(), seen_at = now(),
                       second_factor = s.second_factor OR \(evidence.isSecondFactor)
                 WHERE s.id = \(id.uuid) AND \(Self.isAlive)
                   AND s.account_id IN (SELECT account_id FROM proven)
                RETURNING s.account_id, s.expires_at
            ), told AS (
                \(AuditStore.append(event, forEachOf: "rotated"))
            )
            SELECT expires_at FROM rotated
            """, for: event.tenants
        ) { row in try row.read() }
    }

    /// Answers whether there was one to end.
    func end(_ token: OpaqueToken, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH ended AS (
                UPDATE auth.sessions SET ended_at = now() WHERE digest = \(token.digest) AND ended_at IS NULL
                RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "ended"))
            """, for: event.tenants) == 1
    }

    /// Living sessions, the last seen first.
    func list(of account: ID<Account>) async throws -> [SessionEntry] {
        try await database.rows(
            """
            SELECT s.id, s.created_at, s.seen_at, least(s.expires_at, s.seen_at + \(Self.idle)), s.address, s.client
              FROM auth.sessions s
             WHERE s.account_id = \(account.uuid) AND \(Self.isAlive)
             ORDER BY s.seen_at DESC, s.id LIMIT 1000
            """, for: .none
        ) { row in
            SessionEntry(
                id: ID(try row.read()), createdAt: try row.read(), seenAt: try row.read(), endsAt: try row.read(),
                address: try row.read(), client: try row.read())
        }
    }

    /// Ends one living session of an account or, without an id, all but `kept`, and then no browser is known to it any
    /// more; tells of each session, and answers how many.
    func end(
        _ id: ID<Credential>?, of account: ID<Account>, keeping kept: ID<Credential>, telling event: AuditEvent
    ) async throws -> Int {
        let which: SQL = id.map { "s.id = \($0.uuid)" } ?? "s.id <> \(kept.uuid)"
        return try await database.run(
            """
            WITH ended AS (
                UPDATE auth.sessions s SET ended_at = now()
                 WHERE s.account_id = \(account.uuid) AND \(which) AND \(Self.isAlive) RETURNING s.id
            ), forgotten AS (
                \(KnownBrowserStore.forget(of: account)) AND \(id == nil)
            )
            \(AuditStore.append(event, forEachOf: "ended"))
            """, for: event.tenants)
    }

    private static let idle: SQL = "make_interval(hours => \(Int32(Session.idleHoursMax)))"
    private static let isAlive: SQL =
        "(s.ended_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - \(idle))"

    /// A session is seen at most this often: the batch comes from `LastUse`.
    func touch(_ seen: [LastUse.Mark]) async throws {
        try await database.run(
            """
            WITH seen AS (
                SELECT * FROM unnest(\(seen.map(\.credential.uuid)), \(seen.map(\.at))) AS u (id, at)
            ), touched AS (
                UPDATE auth.sessions s SET seen_at = greatest(s.seen_at, seen.at)
                  FROM seen WHERE s.id = seen.id RETURNING s.account_id, s.seen_at
            )
            UPDATE auth.accounts a SET last_seen_at = greatest(a.last_seen_at, t.at)
              FROM (SELECT account_id, max(seen_at) AS at FROM touched GROUP BY account_id) t
             WHERE a.id = t.account_id
            """, for: .none)
    }

    /// Removes what can no longer be of use: sessions and links a month after their end, buckets that are full again.
    func sweep() async throws {
        try await database.run(
            [
                "DELETE FROM auth.sessions WHERE expires_at < now() - interval '30 days'",
                "DELETE FROM auth.pending_sign_ins WHERE expires_at < now() - interval '1 day'",
                "DELETE FROM auth.setup_tokens WHERE expires_at < now() - interval '30 days'",
                "DELETE FROM auth.throttles WHERE filled_at < now() - interval '1 hour'",
                """
                DELETE FROM auth.sign_in_tries
                 WHERE tried_at < now() - make_interval(days => \(Int32(Try.quietDays)))
                """,
                "DELETE FROM auth.known_browsers WHERE expires_at < now()",
                // Longer than the sessions that came from them.
                "DELETE FROM auth.provider_sessions WHERE begun_at < now() - interval '40 days'",
                "DELETE FROM auth.logout_tokens WHERE spent_at < now() - interval '1 hour'",
                "DELETE FROM auth.provider_sign_ins WHERE expires_at < now() - interval '1 day'",
            ], for: .none)
    }
}
