import AuthClient
import Foundation
import Model
import Postgres

struct APIKeyStore: Sendable {
    let database: Database

    /// What goes into a new row besides the draft.
    struct Seal: Sendable {
        let digest: [UInt8]
        let pepperVersion: Int32
        let owner: ID<Account>
        let creator: ID<Account>
        /// The rule that a short key is given by; its keys are counted by themselves.
        let trust: ID<Trust>?
        var countMax: Int { trust == nil ? APIKey.countMax : Trust.keysMax }
    }

    /// Answers whether it was made: not if the owner has `APIKey.countMax` alive or is out of use.
    func insert(_ draft: APIKey.Draft, _ seal: Seal, telling event: AuditEvent) async throws -> Bool {
        try await Self.checkingRanges {
            try await database.run(
                """
                WITH made AS (\(Self.insert(draft, seal)) RETURNING id)
                \(AuditStore.append(event, forEachOf: "made"))
                """, for: event.tenants) == 1
        }
    }

    static func insert(_ draft: APIKey.Draft, _ seal: Seal) -> SQL {
        """
        INSERT INTO auth.api_keys
               (id, key_id, kind, digest, pepper_version, last_four, account_id, created_by, name, actions, workspaces,
                projects, ranges, expires_at, trust_id)
        SELECT \(draft.id.uuid), \(draft.text.id), \(draft.text.kind.rawValue), \(seal.digest),
               \(seal.pepperVersion), \(draft.text.lastFour), \(seal.owner.uuid), \(seal.creator.uuid), \(draft.name),
               \(draft.limits.actions.map(\.rawValue).sorted()), \(draft.limits.workspaces.map(\.uuid)),
               \(draft.limits.projects.map(\.uuid)), \(draft.ranges)::cidr[], \(draft.expiresAt),
               \(seal.trust?.uuid)::uuid
          FROM auth.accounts WHERE id = \(seal.owner.uuid) AND deactivated_at IS NULL
           AND \(Int64(seal.countMax)) > (
               SELECT count(*) FROM auth.api_keys
                WHERE account_id = \(seal.owner.uuid) AND revoked_at IS NULL AND expires_at > now()
                  AND trust_id IS NOT DISTINCT FROM \(seal.trust?.uuid)::uuid)
        """
    }

    /// Makes `draft` and lets the key it replaces live until `end`, both or neither. Answers whether that one was alive
    /// and not replaced already.
    func replace(
        _ old: ID<Credential>, until end: Date, by draft: APIKey.Draft, _ seal: Seal, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.transaction(for: event.tenants) { transaction in
            try await transaction.run(Self.insert(draft, seal))
            let replaced = try await transaction.run(
                """
                UPDATE auth.api_keys SET expires_at = least(expires_at, \(end)), replaced_by = \(draft.id.uuid)
                 WHERE id = \(old.uuid) AND account_id = \(seal.owner.uuid) AND revoked_at IS NULL
                   AND replaced_by IS NULL AND expires_at > now()
                   AND EXISTS (SELECT FROM auth.api_keys WHERE id = \(draft.id.uuid))
                """)
            guard replaced == 1 else {
                try await transaction.run("DELETE FROM auth.api_keys WHERE id = \(draft.id.uuid)")
                return false
            }
            try await transaction.run(AuditStore.append(event))
            return true
        }
    }

    /// `address` is where the key comes from; one that is none counts as outside of every range.
    func find(_ keyID: String, from address: String) async throws -> APIKey.Lock? {
        try await database.first(
            """
            SELECT k.id, k.kind, k.digest, k.pepper_version, k.actions, k.workspaces, k.projects,
                   CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired'
                        WHEN coalesce(k.last_used_at, k.created_at) <= now() - interval '365 days' THEN 'unused'
                        WHEN a.deactivated_at IS NOT NULL THEN 'deactivated'
                        WHEN cardinality(k.ranges) = 0
                          OR coalesce(\(address.networkAddress)::inet <<= ANY (k.ranges), false)
                        THEN 'alive' ELSE 'elsewhere' END,
                   \(PrincipalStore.columns)
              FROM auth.api_keys k JOIN auth.accounts a ON a.id = k.account_id
             WHERE k.key_id = \(keyID)
            """, for: .none, APIKey.Lock.init(row:))
    }

    /// The newest first, the dead ones too.
    func list(of owner: ID<Account>) async throws -> [APIKey] {
        try await database.rows(
            """
            SELECT \(APIKey.columns) FROM auth.api_keys
             WHERE account_id = \(owner.uuid) ORDER BY created_at DESC, id DESC LIMIT 1000
            """, for: .none, APIKey.init(row:))
    }

    /// A key and whose it is.
    func key(_ id: ID<Credential>) async throws -> (key: APIKey, owner: ID<Account>)? {
        try await database.first(
            "SELECT \(APIKey.columns), account_id FROM auth.api_keys WHERE id = \(id.uuid)", for: .none
        ) { row in (try APIKey(row: &row), ID(try row.read())) }
    }

    /// Whether it holds a provider's keys of provisioning, beside which it has no others.
    func isProvisioner(_ account: ID<Account>) async throws -> Bool {
        try await database.first(
            "SELECT FROM auth.provisioners WHERE account_id = \(account.uuid)", for: .none
        ) { _ in true } ?? false
    }

    /// Ends one key or, without an id, all of an owner's that are alive; tells of each, and answers how many.
    func revoke(_ id: ID<Credential>?, of owner: ID<Account>, telling event: AuditEvent) async throws -> Int {
        let which: SQL = id.map { "id = \($0.uuid)" } ?? "expires_at > now()"
        return try await database.run(
            """
            WITH revoked AS (
                UPDATE auth.api_keys SET revoked_at = now()
                 WHERE account_id = \(owner.uuid) AND revoked_at IS NULL AND \(which) RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "revoked"))
            """, for: event.tenants)
    }

    private static func checkingRanges<T: Sendable>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let error as PostgresError where error.sqlState == "22P02" {
            throw Failure(
                .invalid,
                "An address range is a network such as 10.1.0.0/16, 192.0.2.7/32 or 2001:db8::/48, with no bits set to "
                    + "the right of its mask.", reason: "ranges_invalid")
        }
    }

    /// Writes a batch of uses; ids of sessions among them change nothing.
    func touch(_ used: [LastUse.Mark]) async throws {
        try await database.run(
            """
            WITH used AS (
                SELECT * FROM unnest(
                    \(used.map(\.credential.uuid)), \(used.map(\.at)), \(used.map(\.address)), \(used.map(\.client))
                ) AS u (id, at, address, client)
            ), touched AS (
                UPDATE auth.api_keys k
                   SET last_used_at = greatest(k.last_used_at, used.at), last_address = used.address,
                       last_client = used.client
                  FROM used WHERE k.id = used.id RETURNING k.account_id, k.last_used_at
            )
            UPDATE auth.accounts a SET last_seen_at = greatest(a.last_seen_at, t.at)
              FROM (SELECT account_id, max(last_used_at) AS at FROM touched GROUP BY account_id) t
             WHERE a.id = t.account_id
            """, for: .none)
    }
}
