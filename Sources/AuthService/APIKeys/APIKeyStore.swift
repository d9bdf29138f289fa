import AuthClient
import Foundation
import Model
import Postgres

struct APIKeyStore: Sendable {
    let database: Database

    /// Answers whether it was made: not if the owner has `APIKey.countMax` alive.
    func insert(
        _ draft: APIKey.Draft, digest: [UInt8], pepperVersion: Int32, for owner: ID<Account>, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH made AS (\(Self.insert(draft, digest: digest, pepperVersion: pepperVersion, for: owner)) RETURNING id)
            \(AuditStore.append(event, forEachOf: "made"))
            """, for: event.tenants) == 1
    }

    static func insert(
        _ draft: APIKey.Draft, digest: [UInt8], pepperVersion: Int32, for owner: ID<Account>
    ) -> SQL {
        """
        INSERT INTO auth.api_keys
               (id, key_id, digest, pepper_version, last_four, account_id, name, actions, workspaces, projects,
                expires_at)
        SELECT \(draft.id.uuid), \(draft.text.id), \(digest), \(pepperVersion), \(draft.text.lastFour), \(owner.uuid),
               \(draft.name), \(draft.limits.actions.map(\.rawValue).sorted()),
               \(draft.limits.workspaces.map(\.uuid)), \(draft.limits.projects.map(\.uuid)), \(draft.expiresAt)
         WHERE \(Int64(APIKey.countMax)) > (
               SELECT count(*) FROM auth.api_keys
                WHERE account_id = \(owner.uuid) AND revoked_at IS NULL AND expires_at > now())
        """
    }

    func find(_ keyID: String) async throws -> APIKey.Lock? {
        try await database.first(
            """
            SELECT k.id, k.digest, k.pepper_version, k.actions, k.workspaces, k.projects,
                   k.revoked_at IS NOT NULL, k.expires_at <= now(), \(PrincipalStore.columns)
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

    /// Whose key it is.
    func owner(of id: ID<Credential>) async throws -> ID<Account>? {
        try await database.first("SELECT account_id FROM auth.api_keys WHERE id = \(id.uuid)", for: .none) { row in
            ID(try row.read())
        }
    }

    func revoke(_ id: ID<Credential>, telling event: AuditEvent) async throws {
        try await database.run(
            """
            WITH revoked AS (
                UPDATE auth.api_keys SET revoked_at = now() WHERE id = \(id.uuid) AND revoked_at IS NULL RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "revoked"))
            """, for: event.tenants)
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

extension APIKey {
    fileprivate static let columns: SQL = """
        id, name, key_id, last_four, actions, workspaces, projects, created_at, expires_at, last_used_at,
        last_address, last_client, revoked_at
        """

    fileprivate init(row: inout Row) throws {
        let (id, name): (UUID, String) = (try row.read(), try row.read())
        let (keyID, lastFour): (String, String) = (try row.read(), try row.read())
        self.init(
            id: ID(id), name: name, hint: KeyText.hint(id: keyID, lastFour: lastFour),
            limits: try Access.Limits(row: &row), createdAt: try row.read(), expiresAt: try row.read(),
            lastUsedAt: try row.read(), lastAddress: try row.read(), lastClient: try row.read(),
            revokedAt: try row.read())
    }
}

extension APIKey.Lock {
    fileprivate init(row: inout Row) throws {
        let id: UUID = try row.read()
        let (digest, version): ([UInt8], Int32) = (try row.read(), try row.read())
        let limits = try Access.Limits(row: &row)
        let (isRevoked, isExpired): (Bool, Bool) = (try row.read(), try row.read())
        self.init(
            id: ID(id), digest: digest, pepperVersion: version, limits: limits,
            state: isRevoked ? .revoked : isExpired ? .expired : .alive, principal: try PrincipalStore.decode(&row))
    }
}

extension Access.Limits {
    /// An action that this release does not know stays a limit: no known action is then allowed by it.
    fileprivate init(row: inout Row) throws {
        let actions: [String] = try row.read()
        let (workspaces, projects): ([UUID], [UUID]) = (try row.read(), try row.read())
        let known = actions.compactMap(Action.init(rawValue:))
        guard known.count == actions.count else {
            throw Failure(
                .unauthenticated, "This key's limits come from a newer release.", reason: "key_unknown")
        }
        self.init(
            actions: Set(known), workspaces: Set(workspaces.map { ID($0) }), projects: Set(projects.map { ID($0) }))
    }
}
