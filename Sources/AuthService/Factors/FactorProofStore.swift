import Foundation
import Model
import Postgres

/// Spends codes. What a code is good for is done in the same statement that spends it.
struct FactorProofStore: Sendable {
    let database: Database

    /// The account's authenticator, if it has one that is confirmed.
    func find(of account: ID<Account>) async throws -> Factor? {
        try await database.first(
            """
            SELECT \(Factor.columns) FROM auth.factors f
             WHERE f.account_id = \(account.uuid) AND f.confirmed_at IS NOT NULL
            """, for: .none, Factor.init(row:))
    }

    /// A part of a statement: gives the `account_id` once for one code, however many come with it.
    static func spend(_ evidence: FactorEvidence, now: Date) -> SQL {
        switch evidence {
        case .nothing(let account): "SELECT \(account.uuid) AS account_id"
        case .step(let step, let factor):
            """
            UPDATE auth.factors SET last_step = \(step), failures = 0, waits_until = NULL
             WHERE id = \(factor.id) AND confirmed_at IS NOT NULL AND last_step < \(step) AND \(isOpen(now))
            RETURNING account_id
            """
        case .recovery(let digests, let account):
            """
            UPDATE auth.recovery_codes SET used_at = \(now)
             WHERE account_id = \(account.uuid) AND digest = ANY(\(digests)) AND used_at IS NULL
            RETURNING account_id
            """
        }
    }

    /// The part that follows `spend`: a recovery code opens an authenticator that was locked.
    static func reopen(_ evidence: FactorEvidence, ofThose spent: SQL) -> SQL {
        let isRecovery = if case .recovery = evidence { true } else { false }
        return """
            UPDATE auth.factors SET failures = 0, waits_until = NULL, locked_at = NULL
             WHERE \(isRecovery) AND account_id IN (SELECT account_id FROM \(spent))
            """
    }

    /// Counts a wrong code, unless the authenticator is waiting or locked: then it was not judged.
    func fail(_ factor: Factor, now: Date, telling event: AuditEvent) async throws {
        try await database.run(
            """
            WITH failed AS (
                UPDATE auth.factors
                   SET failures = failures + 1,
                       waits_until = CASE WHEN failures + 1 = \(Factor.failuresUntilWait)
                                          THEN \(now.addingTimeInterval(Factor.wait)) END,
                       locked_at = CASE WHEN failures + 1 >= \(Factor.failuresMax) THEN \(now) END
                 WHERE id = \(factor.id) AND \(Self.isOpen(now))
                RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "failed"))
            """, for: event.tenants)
    }

    func standing(_ factor: Factor, now: Date) async throws -> Factor.Standing {
        let found = try await database.first(
            "SELECT waits_until, locked_at IS NOT NULL FROM auth.factors WHERE id = \(factor.id)", for: .none
        ) { row in (waits: try row.read(Date?.self), isLocked: try row.read(Bool.self)) }
        guard let found else { return .open }
        if found.isLocked { return .locked }
        if let until = found.waits, until > now { return .waiting(until: until) }
        return .open
    }

    private static func isOpen(_ now: Date) -> SQL {
        "locked_at IS NULL AND (waits_until IS NULL OR waits_until <= \(now))"
    }
}

/// What has been found right about a proof, before it is spent.
enum FactorEvidence: Sendable {
    /// The account has no second factor.
    case nothing(ID<Account>)
    case step(Int64, Factor)
    case recovery([[UInt8]], ID<Account>)

    var isSecondFactor: Bool {
        if case .nothing = self { false } else { true }
    }

    var word: String {
        switch self {
        case .nothing: "none"
        case .step: "totp"
        case .recovery: "recovery code"
        }
    }
}
