import Foundation
import Model
import Postgres

/// Sign-ins that wait for a second factor.
struct PendingStore: Sendable {
    let database: Database

    /// For each account that `source`, a part of the same statement, names as `account_id`.
    static func insert(
        _ pending: PendingSignIn, pardon: Try.Pardon = .none, from there: UUID? = nil, forEachOf source: SQL
    ) -> SQL {
        """
        INSERT INTO auth.pending_sign_ins
               (digest, account_id, expires_at, forgives, gives_back, known_as, provider_session_id)
        SELECT \(pending.token.digest), account_id, now() + make_interval(secs => \(PendingSignIn.life)),
               \(pardon.names), \(pardon.bucket), \(pardon.knownAs), \(there)::uuid
          FROM \(source)
        """
    }

    /// After a right password, which is no failure. `pardon` is what becoming a session makes good.
    func insert(
        _ pending: PendingSignIn, for account: ID<Account>, pardon: Try.Pardon, telling event: AuditEvent
    ) async throws {
        let source: SQL = "(SELECT \(account.uuid) AS account_id) AS account"
        try await database.run(
            [
                Self.insert(pending, pardon: pardon, forEachOf: source), TryStore.release(account),
                AuditStore.append(event),
            ], for: event.tenants)
    }

    /// Takes one of its attempts; `nil` when it is unknown, too old, spent, or out of attempts.
    func take(_ token: OpaqueToken) async throws -> PendingSignIn.Taken? {
        try await database.first(
            """
            UPDATE auth.pending_sign_ins p SET attempts = attempts + 1
              FROM auth.accounts a
             WHERE p.digest = \(token.digest) AND p.used_at IS NULL AND p.expires_at > now()
               AND p.attempts < \(Int32(PendingSignIn.attemptsMax)) AND a.id = p.account_id
            RETURNING a.id, a.name, p.forgives, p.gives_back, p.known_as
            """, for: .none
        ) { row in
            PendingSignIn.Taken(
                token: token, account: ID(try row.read()), name: try row.read(),
                pardon: .init(names: try row.read(), bucket: try row.read(), knownAs: try row.read()))
        }
    }

    /// Spends the evidence and the sign-in, and begins the session. `false`: nothing has begun.
    func finish(
        _ taken: PendingSignIn.Taken, with evidence: FactorEvidence, beginning session: Session.Draft, now: Date,
        telling event: AuditEvent
    ) async throws -> Bool {
        let begun: SQL = "auth.sessions s WHERE s.id = \(session.id.uuid)"
        // The account before the log's chain, as everybody takes them.
        let changed = try await database.run(
            [
                """
                WITH proven AS (
                    \(FactorProofStore.spend(evidence, now: now))
                ), reopened AS (
                    \(FactorProofStore.reopen(evidence, ofThose: "proven"))
                ), spent AS (
                    UPDATE auth.pending_sign_ins SET used_at = now()
                     WHERE digest = \(taken.token.digest) AND used_at IS NULL AND expires_at > now()
                       AND account_id IN (SELECT account_id FROM proven)
                    RETURNING account_id, provider_session_id
                )
                \(SessionStore.insert(
                    session, hasSecondFactor: evidence.isSecondFactor, from: "provider_session_id",
                    forEachOf: "spent"))
                """,
                """
                UPDATE auth.accounts SET last_seen_at = now(), failures = 0
                 WHERE id IN (SELECT s.account_id FROM \(begun))
                """,
                AuditStore.append(event, forEachOf: begun),
            ], for: event.tenants)
        return changed.first == 1
    }
}
