import Foundation
import Model
import Postgres

/// Who is in which group. A group is an account that nobody signs in to: what is granted to it, its members have.
struct GroupStore: Sendable {
    static let membersMax = 10_000

    let database: Database

    /// An account and its groups: whose grants it has.
    static func selves(of account: ID<Account>) -> SQL {
        """
        ARRAY(SELECT \(account.uuid) UNION ALL
              SELECT m.group_id FROM auth.group_members m WHERE m.account_id = \(account.uuid))
        """
    }

    /// The label of the provider that keeps it.
    func provider(of group: ID<Account>) async throws -> String? {
        try await database.first(
            """
            SELECT p.label FROM auth.provisioned_groups g JOIN auth.providers p ON p.id = g.provider_id
             WHERE g.account_id = \(group.uuid)
            """, for: .none
        ) { row in try row.read() }
    }

    /// In the order of names.
    func members(of group: ID<Account>) async throws -> [AccountEntry] {
        try await database.rows(
            """
            SELECT \(AccountEntry.columns) FROM auth.accounts a JOIN auth.group_members m ON m.account_id = a.id
             WHERE m.group_id = \(group.uuid) ORDER BY a.name_key LIMIT \(Self.membersMax)
            """, for: .none, AccountEntry.init(row:))
    }

    /// Those of the instance first; of a workspace its own before those in its projects.
    func roles(of group: ID<Account>) async throws -> [Grant] {
        try await database.rows(
            """
            SELECT g.workspace_id, g.project_id, g.role, coalesce(array_to_string(r.actions, ','), '')
              FROM auth.held_roles g
              LEFT JOIN auth.roles r ON r.workspace_id = g.workspace_id AND r.id = g.custom_role
             WHERE g.account_id = \(group.uuid) ORDER BY g.workspace_id, g.project_id, g.role LIMIT 10000
            """, for: .none
        ) { row -> Grant? in
            let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
            return PrincipalStore.grant(try row.read(), customActions: try row.read(), on: scope)
        }.compactMap { $0 }
    }

    /// Adds and removes in one transaction, under a new name if there is one. Only people and service accounts come
    /// into a group, the latter only of its own home; throws `.notFound` when one of those to add cannot, `.conflict`
    /// when the home has a group of that name.
    func change(
        _ group: AccountEntry, to draft: AccountEntry.Resident?, adding: [ID<Account>], removing: [ID<Account>],
        telling event: AuditEvent
    ) async throws {
        do {
            try await database.transaction(for: event.tenants) { transaction in
                let renamed = try await Self.rename(group, to: draft, transaction)
                let moved = try await Self.move(adding, into: group, removing: removing, transaction)
                guard renamed + moved > 0 else { return }
                try await transaction.run(AuditStore.append(event))
            }
        } catch let error as PostgresError where error.constraint == "accounts_name_key_unique" {
            throw Failure(.conflict, "There is one of this name here.", reason: "account_exists")
        }
    }

    private static func rename(
        _ group: AccountEntry, to draft: AccountEntry.Resident?, _ transaction: Transaction
    ) async throws -> Int {
        guard let draft else { return 0 }
        return try await transaction.run(
            """
            UPDATE auth.accounts
               SET name = \(draft.name), name_key = \(draft.nameKey), description = \(draft.description)
             WHERE id = \(group.id.uuid) AND kind = 'group'
               AND (name, description) IS DISTINCT FROM (\(draft.name), \(draft.description))
            """)
    }

    private static func move(
        _ adding: [ID<Account>], into group: AccountEntry, removing: [ID<Account>], _ transaction: Transaction
    ) async throws -> Int {
        let home = group.home?.uuid ?? UUID.none
        let added = Array(Set(adding.map(\.uuid)))
        let known = try await transaction.first(
            """
            SELECT count(*) FROM auth.accounts
             WHERE id = ANY (\(added)) AND kind <> 'group' AND (kind = 'person' OR home_id = \(home))
            """
        ) { row in try row.read(Int64.self) }
        guard known == Int64(added.count) else {
            throw Failure(.notFound, "One of these accounts is not there.", reason: "account_unknown")
        }
        let gone = try await transaction.run(
            """
            DELETE FROM auth.group_members
             WHERE group_id = \(group.id.uuid) AND account_id = ANY (\(removing.map(\.uuid)))
            """)
        let come = try await transaction.run(
            """
            INSERT INTO auth.group_members (group_id, account_id)
            SELECT \(group.id.uuid), id FROM unnest(\(added)) AS u (id) ON CONFLICT DO NOTHING
            """)
        let count = try await transaction.first(
            "SELECT count(*) FROM auth.group_members WHERE group_id = \(group.id.uuid)"
        ) { row in try row.read(Int64.self) }
        guard come == 0 || count ?? 0 <= Int64(membersMax) else {
            throw Failure(.exhausted, "A group has at most \(membersMax) members.")
        }
        return gone + come
    }

    /// With all that was granted or denied to it.
    func delete(_ group: AccountEntry, telling event: AuditEvent) async throws {
        let id = group.id.uuid
        try await database.run(
            [
                "DELETE FROM auth.grants WHERE account_id = \(id)",
                "DELETE FROM auth.accounts WHERE id = \(id) AND kind = 'group'",
                AuditStore.append(event),
            ], for: event.tenants)
    }
}
