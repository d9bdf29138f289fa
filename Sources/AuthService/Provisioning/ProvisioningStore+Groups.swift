import Foundation
import Model
import Postgres

/// Groups that providers keep here. Each is a group of accounts, to which roles can be given by hand; beside that, the
/// provider's `group_roles` say what its members get.
extension ProvisioningStore {
    /// Makes a group, or replaces one with its members, and settles their roles.
    func save(
        _ draft: Provisioned.Group.Draft, of id: ID<Account>?, version: Int64?, _ provider: Provider,
        _ actor: AuditEvent.Actor
    ) async throws -> ID<Account> {
        let tenants = try await tenants(of: provider)
        return try await Self.namingConflicts {
            try await database.transaction(for: tenants) { transaction in
                try await Self.lock(provider.id, transaction)
                guard let id else { return try await Self.insert(draft, provider, actor, transaction) }
                let was = try await Self.lock(group: id, version, provider, transaction)
                guard (was.name, was.externalID) != (draft.name, draft.externalID) || was.members != draft.members
                else { return id }
                if was.name != draft.name { try await Self.rename(id, to: draft, provider, transaction) }
                try await transaction.run(
                    """
                    UPDATE auth.provisioned_groups
                       SET name = \(draft.name), name_key = \(draft.name.accountKey),
                           external_id = \(draft.externalID), version = version + 1, changed_at = now()
                     WHERE account_id = \(id.uuid) AND provider_id = \(provider.id.uuid)
                    """)
                try await Self.move(draft.members, into: id, from: was.members, provider, transaction)
                let event = Self.event(actor, "group.change", id, draft, was.members, provider)
                let isSame = (was.name, was.externalID) == (draft.name, draft.externalID)
                let touched = isSame ? was.members.symmetricDifference(draft.members) : was.members.union(draft.members)
                try await Self.settle(Array(touched), provider, actor, telling: [event], transaction)
                return id
            }
        }
    }

    private static func insert(
        _ draft: Provisioned.Group.Draft, _ provider: Provider, _ actor: AuditEvent.Actor, _ transaction: Transaction
    ) async throws -> ID<Account> {
        let count = try await transaction.first(
            "SELECT count(*) FROM auth.provisioned_groups WHERE provider_id = \(provider.id.uuid)"
        ) { row in try row.read(Int.self) }
        try checkRoom(count, Provisioned.groupsMax, "groups")
        let id = try await account(for: draft, provider, transaction)
        try await transaction.run(
            """
            INSERT INTO auth.provisioned_groups (account_id, provider_id, name, name_key, external_id)
            VALUES (\(id.uuid), \(provider.id.uuid), \(draft.name), \(draft.name.accountKey), \(draft.externalID))
            """)
        try await move(draft.members, into: id, from: [], provider, transaction)
        let event = event(actor, "group.create", id, draft, [], provider)
        try await settle(Array(draft.members), provider, actor, telling: [event], transaction)
        return id
    }

    private static func account(
        for draft: Provisioned.Group.Draft, _ provider: Provider, _ transaction: Transaction
    ) async throws -> ID<Account> {
        for name in draft.accountNames(of: provider) {
            let group = try AccountEntry.Resident(
                .group, name: name, description: "Kept by a sign-in provider.", home: nil)
            let made = try await transaction.run(
                """
                INSERT INTO auth.accounts (id, kind, name, name_key, home_id, description)
                VALUES (\(group.id.uuid), 'group', \(group.name), \(group.nameKey), \(group.homeKey),
                        \(group.description))
                ON CONFLICT (name_key) DO NOTHING
                """)
            if made == 1 { return group.id }
        }
        throw Failure(.conflict, "No free name was found for a new group.", reason: "uniqueness")
    }

    private static func rename(
        _ id: ID<Account>, to draft: Provisioned.Group.Draft, _ provider: Provider, _ transaction: Transaction
    ) async throws {
        for name in draft.accountNames(of: provider) {
            let group = try AccountEntry.Resident(.group, name: name, description: "", home: nil)
            let renamed = try await transaction.run(
                """
                UPDATE auth.accounts SET name = \(group.name), name_key = \(group.nameKey)
                 WHERE id = \(id.uuid) AND NOT EXISTS (
                       SELECT FROM auth.accounts o WHERE o.name_key = \(group.nameKey) AND o.id <> \(id.uuid))
                """)
            if renamed == 1 { return }
        }
    }

    func delete(
        group id: ID<Account>, version: Int64?, _ provider: Provider, _ actor: AuditEvent.Actor
    ) async throws {
        try await database.transaction(for: try await tenants(of: provider)) { transaction in
            try await Self.lock(provider.id, transaction)
            let was = try await Self.lock(group: id, version, provider, transaction)
            try await transaction.run("DELETE FROM auth.grants WHERE account_id = \(id.uuid)")
            try await transaction.run("DELETE FROM auth.accounts WHERE id = \(id.uuid) AND kind = 'group'")
            let event = AuditEvent(
                actor, "group.delete", on: id.text,
                detail: [
                    "name": was.name, "by": "provisioning", "provider": provider.label,
                    "provider_id": provider.id.text,
                ])
            try await Self.settle(Array(was.members), provider, actor, telling: [event], transaction)
        }
    }

    /// Only who is this provider's comes into a group of its.
    private static func move(
        _ members: Set<UUID>, into group: ID<Account>, from before: Set<UUID>, _ provider: Provider,
        _ transaction: Transaction
    ) async throws {
        let (come, gone) = (Array(members.subtracting(before)), Array(before.subtracting(members)))
        try await transaction.run(
            "DELETE FROM auth.group_members WHERE group_id = \(group.uuid) AND account_id = ANY(\(gone))")
        let added = try await transaction.run(
            """
            INSERT INTO auth.group_members (group_id, account_id)
            SELECT \(group.uuid), u.account_id FROM auth.provisioned_users u
             WHERE u.provider_id = \(provider.id.uuid) AND u.account_id = ANY(\(come))
            """)
        guard added == come.count else {
            throw Failure(
                .invalid, "A member is none of the users here; groups have no groups as members.",
                reason: "field_invalid", detail: "members")
        }
    }

    private static func event(
        _ actor: AuditEvent.Actor, _ action: String, _ id: ID<Account>, _ draft: Provisioned.Group.Draft,
        _ before: Set<UUID>, _ provider: Provider
    ) -> AuditEvent {
        AuditEvent(
            actor, action, on: id.text,
            detail: [
                "name": draft.name, "by": "provisioning", "provider": provider.label, "provider_id": provider.id.text,
                "added": list(draft.members.subtracting(before)), "removed": list(before.subtracting(draft.members)),
            ].filter { !$0.value.isEmpty })
    }

    private static func list(_ accounts: Set<UUID>) -> String {
        let texts = accounts.map { $0.uuidString.lowercased() }.sorted()
        return texts.prefix(10).joined(separator: " ") + (texts.count > 10 ? " and \(texts.count - 10) more" : "")
    }
}
