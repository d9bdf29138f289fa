import Foundation
import Model
import Postgres

/// Whom and what nobody else changes until the end of a transaction.
extension ProvisioningStore {
    struct LockedPerson: Sendable {
        /// Of the account.
        let name: String
        let draft: Provisioned.Person.Draft
        let isInUse: Bool
        let hasSignedIn: Bool
    }

    /// Throws `.forbidden` for administrators of the instance: they are managed there. A sign-in, which locks the
    /// identity first, is waited for: the session that it begins is seen.
    static func lock(
        _ id: ID<Account>, _ version: Int64?, _ provider: Provider, _ transaction: Transaction
    ) async throws -> LockedPerson {
        try await lock(provider.id, transaction)
        let hasSignedIn = try await transaction.first(
            """
            SELECT last_sign_in_at IS NOT NULL FROM auth.identities
             WHERE account_id = \(id.uuid) AND provider_id = \(provider.id.uuid) FOR UPDATE
            """
        ) { row in try row.read(Bool.self) }
        let found = try await transaction.first(
            """
            SELECT \(administers(provider)), u.version, a.name, u.user_name, u.external_id, u.active, u.profile::text,
                   a.deactivated_at IS NULL
              FROM auth.provisioned_users u JOIN auth.accounts a ON a.id = u.account_id
             WHERE u.account_id = \(id.uuid) AND u.provider_id = \(provider.id.uuid) FOR NO KEY UPDATE OF u, a
            """
        ) { row in
            let (administers, version, name): (Bool, Int64, String) = (try row.read(), try row.read(), try row.read())
            let draft = try Provisioned.Person.Draft(
                userName: try row.read(), externalID: try row.read(), isActive: try row.read(),
                profile: try Provisioned.Profile(json: try row.read()))
            let person = LockedPerson(
                name: name, draft: draft, isInUse: try row.read(), hasSignedIn: hasSignedIn ?? false)
            return (person: person, version: version, administers: administers)
        }
        guard let found else { throw Provisioning.unknown }
        guard !found.administers else {
            throw Failure(
                .forbidden, "This account administers the instance, and is managed there.",
                reason: "account_administers")
        }
        try checkVersion(version, found.version)
        return found.person
    }

    /// Whether the account `a` administers the instance by another's word than this provider's.
    static func administers(_ provider: Provider) -> SQL {
        """
        EXISTS (SELECT FROM auth.held_roles h
                 WHERE h.account_id = a.id AND h.workspace_id = \(UUID.none) AND h.role = 'instanceAdmin'
                   AND h.provider_id IS DISTINCT FROM \(provider.id.uuid))
        """
    }

    struct LockedGroup: Sendable {
        let name: String
        let externalID: String
        let members: Set<UUID>
    }

    static func lock(
        group id: ID<Account>, _ version: Int64?, _ provider: Provider, _ transaction: Transaction
    ) async throws -> LockedGroup {
        let found = try await transaction.first(
            """
            SELECT g.version, g.name, g.external_id,
                   ARRAY(SELECT m.account_id FROM auth.group_members m WHERE m.group_id = g.account_id)
              FROM auth.provisioned_groups g
             WHERE g.account_id = \(id.uuid) AND g.provider_id = \(provider.id.uuid) FOR UPDATE
            """
        ) { row in
            (
                version: try row.read(Int64.self),
                group: LockedGroup(
                    name: try row.read(), externalID: try row.read(), members: Set(try row.read([UUID].self)))
            )
        }
        guard let found else { throw Provisioning.unknown }
        try checkVersion(version, found.version)
        return found.group
    }
}
