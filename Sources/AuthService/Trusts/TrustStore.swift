import Foundation
import Model
import Postgres

struct TrustStore: Sendable {
    let database: Database

    /// Answers whether it was made: not if the account has `Trust.countMaxOfAccount`.
    func insert(_ trust: Trust, by creator: AuditEvent.Actor, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH made AS (
                INSERT INTO auth.trusts
                       (id, account_id, label, issuer, audience, claims, patterns, actions, key_seconds, created_by)
                SELECT \(trust.id.uuid), \(trust.account.uuid), \(trust.label), \(trust.issuer), \(trust.audience),
                       \(trust.rules.map(\.claim)), \(trust.rules.map(\.pattern)),
                       \(trust.actions.map(\.rawValue).sorted()), \(Int32(trust.keySeconds)), \(creator.id)
                 WHERE \(Int64(Trust.countMaxOfAccount)) > (
                       SELECT count(*) FROM auth.trusts WHERE account_id = \(trust.account.uuid))
                RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "made"))
            """, for: event.tenants) == 1
    }

    func list(of account: ID<Account>) async throws -> [Trust] {
        try await database.rows(
            "\(Self.select) WHERE account_id = \(account.uuid) ORDER BY created_at, id", for: .none, Trust.init(row:))
    }

    func find(_ id: ID<Trust>) async throws -> Trust? {
        try await database.first("\(Self.select) WHERE id = \(id.uuid)", for: .none, Trust.init(row:))
    }

    /// The rules that a token of this issuer may fit, of accounts that are in use.
    func list(from issuer: String) async throws -> [Trust] {
        try await database.rows(
            """
            \(Self.select) WHERE issuer = \(issuer) AND account_id IN (
                SELECT a.id FROM auth.accounts a WHERE a.deactivated_at IS NULL)
             ORDER BY created_at, id LIMIT 1000
            """, for: .none, Trust.init(row:))
    }

    /// Its keys end with it. Answers whether it was there.
    func delete(_ id: ID<Trust>, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH gone AS (DELETE FROM auth.trusts WHERE id = \(id.uuid) RETURNING id)
            \(AuditStore.append(event, forEachOf: "gone"))
            """, for: event.tenants) == 1
    }

    /// Answers whether a key was made: not if the rule is gone, its account is out of use, or it has too many.
    func issue(
        _ draft: APIKey.Draft, _ seal: APIKeyStore.Seal, by trust: Trust, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH used AS (
                UPDATE auth.trusts SET last_used_at = now() WHERE id = \(trust.id.uuid) RETURNING id
            ), made AS (\(APIKeyStore.insert(draft, seal)) AND EXISTS (SELECT FROM used) RETURNING id)
            \(AuditStore.append(event, forEachOf: "made"))
            """, for: event.tenants) == 1
    }

    func sweep() async throws {
        try await database.run(
            "DELETE FROM auth.api_keys WHERE trust_id IS NOT NULL AND expires_at < now() - interval '7 days'",
            for: .none)
    }

    private static let select: SQL = """
        SELECT id, account_id, label, issuer, audience, claims, patterns, actions, key_seconds, created_at,
               last_used_at
          FROM auth.trusts
        """
}

extension Trust {
    fileprivate init(row: inout Row) throws {
        id = ID(try row.read() as UUID)
        account = ID(try row.read() as UUID)
        (label, issuer, audience) = (try row.read(), try row.read(), try row.read())
        let (claims, patterns): ([String], [String]) = (try row.read(), try row.read())
        rules = zip(claims, patterns).map(Rule.init)
        actions = Set((try row.read() as [String]).compactMap(Action.init(rawValue:)))
        keySeconds = Int64(try row.read() as Int32)
        createdAt = try row.read()
        lastUsedAt = try row.read()
    }
}
