import Foundation
import Model
import Postgres
import Sealing

/// Authenticators and recovery codes: enrolling and removing. What proves with them stands in `FactorProofStore`.
struct FactorStore: Sendable {
    let database: Database

    struct Enrolment: Sendable {
        let account: ID<Account>
        let sealedSeed: [UInt8]
        let begunAt: Date
    }

    /// Begins an enrolment in the place of one that was not confirmed; `false` when one is confirmed already.
    func begin(_ enrolment: Enrolment) async throws -> Bool {
        try await database.run(
            """
            INSERT INTO auth.factors AS f (id, account_id, kind, seed, begun_at)
            VALUES (\(UUID.version7()), \(enrolment.account.uuid), 'totp', \(enrolment.sealedSeed),
                    \(enrolment.begunAt))
            ON CONFLICT (account_id, kind) DO UPDATE
               SET id = excluded.id, seed = excluded.seed, begun_at = excluded.begun_at
             WHERE f.confirmed_at IS NULL
            """, for: .none) == 1
    }

    /// The seed that waits for its first code.
    func begun(by account: ID<Account>, since: Date) async throws -> [UInt8]? {
        try await database.first(
            """
            SELECT seed FROM auth.factors
             WHERE account_id = \(account.uuid) AND confirmed_at IS NULL AND begun_at > \(since)
            """, for: .none
        ) { row in try row.read() }
    }

    /// From now on the authenticator is asked for. Ends the account's other sessions. Of many that come at once one
    /// finds it unconfirmed.
    func confirm(
        _ sealedSeed: [UInt8], step: Int64, giving codes: RecoveryCodes, keeping session: ID<Credential>, now: Date,
        telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH confirmed AS (
                UPDATE auth.factors SET confirmed_at = \(now), last_step = \(step), failures = 0, waits_until = NULL
                 WHERE seed = \(sealedSeed) AND confirmed_at IS NULL
                RETURNING account_id
            ), voided AS (
                DELETE FROM auth.recovery_codes WHERE account_id IN (SELECT account_id FROM confirmed)
            ), given AS (
                \(Self.insert(codes, forEachOf: "confirmed", now: now))
            ), ended AS (
                \(Self.endOthers(of: "confirmed", keeping: session))
            ), kept AS (
                UPDATE auth.sessions SET second_factor = true WHERE id = \(session.uuid)
                   AND account_id IN (SELECT account_id FROM confirmed)
            )
            \(AuditStore.append(event, forEachOf: "confirmed"))
            """, for: event.tenants) == 1
    }

    /// Takes an authenticator and its recovery codes away, and ends the account's sessions and half sign-ins.
    func remove(
        from account: ID<Account>, keeping session: ID<Credential>?, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH removed AS (
                DELETE FROM auth.factors WHERE account_id = \(account.uuid) AND confirmed_at IS NOT NULL
                RETURNING account_id
            ), voided AS (
                DELETE FROM auth.recovery_codes WHERE account_id IN (SELECT account_id FROM removed)
            ), forgotten AS (
                DELETE FROM auth.pending_sign_ins WHERE account_id IN (SELECT account_id FROM removed)
            ), ended AS (
                \(Self.endOthers(of: "removed", keeping: session))
            ), kept AS (
                UPDATE auth.sessions SET second_factor = false WHERE id = \(session?.uuid ?? UUID.none)
                   AND account_id IN (SELECT account_id FROM removed)
            )
            \(AuditStore.append(event, forEachOf: "removed"))
            """, for: event.tenants) == 1
    }

    /// New codes in the place of all the old ones; `false` without an authenticator. Each statement sees what the one
    /// that held the row before has committed.
    func renew(
        _ codes: RecoveryCodes, for account: ID<Account>, now: Date, telling event: AuditEvent
    ) async throws -> Bool {
        let owner: SQL = """
            (SELECT account_id FROM auth.factors WHERE account_id = \(account.uuid) AND confirmed_at IS NOT NULL) AS o
            """
        return try await database.run(
            [
                "UPDATE auth.factors SET kind = kind WHERE account_id = \(account.uuid) AND confirmed_at IS NOT NULL",
                "DELETE FROM auth.recovery_codes WHERE account_id IN (SELECT account_id FROM \(owner))",
                Self.insert(codes, forEachOf: owner, now: now),
                AuditStore.append(event, forEachOf: owner),
            ], for: event.tenants
        ).first == 1
    }

    struct Summary: Sendable {
        let confirmedAt: Date?
        let codesLeft: Int
        let demands: FactorDemands
    }

    func summary(of account: ID<Account>) async throws -> Summary? {
        try await database.first(
            """
            SELECT (SELECT f.confirmed_at FROM auth.factors f WHERE f.account_id = a.id),
                   (SELECT count(*) FROM auth.recovery_codes c WHERE c.account_id = a.id AND c.used_at IS NULL),
                   \(FactorPolicyStore.columns)
              FROM auth.accounts a WHERE a.id = \(account.uuid)
            """, for: .none
        ) { row in
            let confirmedAt: Date? = try row.read()
            let left: Int = try row.read()
            return Summary(
                confirmedAt: confirmedAt, codesLeft: left, demands: try FactorPolicyStore.decode(&row).demands)
        }
    }

    /// Seeds that another key than the current one has sealed; at most a hundred.
    func sealed(otherThan head: [UInt8]) async throws -> [Factor] {
        try await database.rows(
            """
            SELECT id, account_id, seed, last_step FROM auth.factors
             WHERE substring(seed FROM 1 FOR \(Int32(head.count))) <> \(head) LIMIT 100
            """, for: .none, Factor.init(row:))
    }

    /// Unless it has changed meanwhile.
    func reseal(_ factor: Factor, as sealedSeed: [UInt8]) async throws {
        try await database.run(
            "UPDATE auth.factors SET seed = \(sealedSeed) WHERE id = \(factor.id) AND seed = \(factor.sealedSeed)",
            for: .none)
    }

    private static func insert(_ codes: RecoveryCodes, forEachOf source: SQL, now: Date) -> SQL {
        """
        INSERT INTO auth.recovery_codes (account_id, digest, pepper_version, created_at)
        SELECT account_id, u.digest, \(codes.pepperVersion), \(now)
          FROM \(source), unnest(\(codes.digests)) AS u (digest)
        """
    }

    private static func endOthers(of source: SQL, keeping session: ID<Credential>?) -> SQL {
        """
        UPDATE auth.sessions SET ended_at = now()
         WHERE account_id IN (SELECT account_id FROM \(source)) AND ended_at IS NULL
           AND id <> \(session?.uuid ?? UUID.none)
        """
    }
}

extension Factor {
    static let columns: SQL = "f.id, f.account_id, f.seed, f.last_step"

    init(row: inout Row) throws {
        self.init(
            id: try row.read(), account: ID(try row.read()), sealedSeed: try row.read(), lastStep: try row.read())
    }
}
