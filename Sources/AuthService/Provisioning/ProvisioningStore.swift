import Foundation
import Model
import Postgres

/// People and groups whom providers keep here. Every statement names the provider: others' are not there. What one
/// provider writes goes one after the other.
struct ProvisioningStore: Sendable {
    let database: Database

    /// Whose key of provisioning that is, while it is alive.
    func provider(of access: Access) async throws -> ID<Provider>? {
        try await database.first(
            """
            SELECT v.provider_id FROM auth.provisioners v
              JOIN auth.api_keys k ON k.account_id = v.account_id JOIN auth.accounts a ON a.id = v.account_id
             WHERE k.id = \(access.credential.uuid) AND k.account_id = \(access.principal.uuid)
               AND k.kind = 'provisioning' AND k.revoked_at IS NULL AND k.expires_at > now()
               AND a.deactivated_at IS NULL
            """, for: .none
        ) { row in ID(try row.read()) }
    }

    /// The service account that owns a provider's keys.
    func provisioner(of provider: ID<Provider>) async throws -> ID<Account>? {
        try await database.first(
            "SELECT account_id FROM auth.provisioners WHERE provider_id = \(provider.uuid)", for: .none
        ) { row in ID(try row.read()) }
    }

    /// The same; made when there is none.
    func provisioner(of provider: Provider, by permit: Permit) async throws -> ID<Account> {
        let draft = try AccountEntry.Resident(
            .serviceAccount, name: "scim-\(provider.id.text)", description: "Holds the SCIM tokens of a provider.",
            home: nil)
        let event = AuditEvent(
            AuditEvent.Actor(permit), "service_account.create", on: draft.id.text,
            detail: ["name": draft.name, "provider": provider.label, "provider_id": provider.id.text])
        return try await database.transaction(for: event.tenants) { transaction in
            try await Self.lock(provider.id, transaction)
            let known = try await transaction.first(
                "SELECT account_id FROM auth.provisioners WHERE provider_id = \(provider.id.uuid)"
            ) { row in try row.read(UUID.self) }
            if let known { return ID(known) }
            let statements: [SQL] = [
                """
                INSERT INTO auth.accounts (id, kind, name, name_key, home_id, description)
                VALUES (\(draft.id.uuid), \(draft.kind.rawValue), \(draft.name), \(draft.nameKey), \(draft.homeKey),
                        \(draft.description))
                """,
                """
                INSERT INTO auth.provisioners (provider_id, account_id)
                VALUES (\(provider.id.uuid), \(draft.id.uuid))
                """,
                AuditStore.append(event),
            ]
            for statement in statements { try await transaction.run(statement) }
            return draft.id
        }
    }

    func count(of provider: ID<Provider>) async throws -> (people: Int, groups: Int) {
        try await database.first(
            """
            SELECT (SELECT count(*) FROM auth.provisioned_users WHERE provider_id = \(provider.uuid)),
                   (SELECT count(*) FROM auth.provisioned_groups WHERE provider_id = \(provider.uuid))
            """, for: .none
        ) { row in (people: try row.read(), groups: try row.read()) } ?? (0, 0)
    }

    /// What goes with a provider: its keys, and its groups with all that was granted to them.
    static func endings(of provider: ID<Provider>) -> [SQL] {
        let groups: SQL = "SELECT account_id FROM auth.provisioned_groups WHERE provider_id = \(provider.uuid)"
        let owner: SQL = "SELECT account_id FROM auth.provisioners WHERE provider_id = \(provider.uuid)"
        return [
            "DELETE FROM auth.grants WHERE account_id IN (\(groups))",
            "DELETE FROM auth.accounts WHERE kind = 'group' AND id IN (\(groups))",
            "UPDATE auth.api_keys SET revoked_at = now() WHERE revoked_at IS NULL AND account_id IN (\(owner))",
            "UPDATE auth.accounts SET deactivated_at = now() WHERE deactivated_at IS NULL AND id IN (\(owner))",
        ]
    }

    static func lock(_ provider: ID<Provider>, _ transaction: Transaction) async throws {
        _ = try await transaction.rows("SELECT auth.lock('provisioning', \(provider.uuid)) IS NULL") { _ in }
    }

    static func checkVersion(_ wanted: Int64?, _ found: Int64) throws(Failure) {
        guard wanted.map({ $0 == found }) ?? true else {
            throw Failure(.conflict, "It has been changed in between. Read it again.", reason: "precondition_failed")
        }
    }

    static func checkRoom(_ count: Int?, _ most: Int, _ what: StaticString) throws(Failure) {
        guard count ?? 0 < most else {
            throw Failure(.exhausted, "There are \(most) \(what) of this provider.", reason: "too_many_accounts")
        }
    }

    /// One order for everybody: each chain is locked until the end.
    static func tell(_ events: [AuditEvent], _ transaction: Transaction) async throws {
        for event in events.sorted(by: { $0.chain < $1.chain }) { try await transaction.run(AuditStore.append(event)) }
    }

    static func namingConflicts<T: Sendable>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let error as PostgresError {
            guard let message = Self.taken[error.constraint] else { throw error }
            throw Failure(.conflict, message, reason: "uniqueness")
        }
    }

    private static let taken = [
        "identities_pkey": "Somebody else has this externalId at the provider already.",
        "provisioned_users_name_unique": "There is a user of this userName.",
        "provisioned_groups_name_unique": "There is a group of this displayName.",
    ]
}
