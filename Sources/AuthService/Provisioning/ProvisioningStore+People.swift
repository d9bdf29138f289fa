import Foundation
import Model
import Postgres

extension ProvisioningStore {
    /// An account without a password, joined to the provider by the external id. Who has come through this provider
    /// before, and has no other way in, is known again.
    func insert(
        _ draft: Provisioned.Person.Draft, _ provider: Provider, _ actor: AuditEvent.Actor
    ) async throws -> ID<Account> {
        try await Self.namingConflicts {
            try await database.transaction(for: .these([UUID.none])) { transaction in
                try await Self.lock(provider.id, transaction)
                let count = try await transaction.first(
                    "SELECT count(*) FROM auth.provisioned_users WHERE provider_id = \(provider.id.uuid)"
                ) { row in try row.read(Int.self) }
                try Self.checkRoom(count, Provisioned.peopleMax, "people")
                let known = try await Self.known(draft, provider, transaction)
                let account: AuditEvent.Actor
                if let known { account = known } else { account = try await Self.made(draft, provider, transaction) }
                let id = ID<Account>(account.id)
                try await transaction.run(Self.row(of: draft, for: id, provider))
                if !draft.isActive { try await Self.deactivate(id, transaction) }
                let detail = Self.detail(
                    account.name, provider, ["subject": draft.subject(of: id), "active": "\(draft.isActive)"])
                let action = known == nil ? "account.create" : "account.change"
                try await transaction.run(
                    AuditStore.append(AuditEvent(actor, action, on: id.text, detail: detail)))
                return id
            }
        }
    }

    /// An account that is this provider's alone, though it was not made by it. One with a password, or another way in,
    /// or an administrator's, is not.
    private static func known(
        _ draft: Provisioned.Person.Draft, _ provider: Provider, _ transaction: Transaction
    ) async throws -> AuditEvent.Actor? {
        try await transaction.first(
            """
            SELECT a.id, a.name FROM auth.identities i JOIN auth.accounts a ON a.id = i.account_id
             WHERE i.provider_id = \(provider.id.uuid) AND i.subject = \(draft.externalID) AND a.kind = 'person'
               AND a.password IS NULL AND NOT \(administers(provider))
               AND NOT EXISTS (SELECT FROM auth.provisioned_users u WHERE u.account_id = a.id)
               AND NOT EXISTS (SELECT FROM auth.identities o
                                WHERE o.account_id = a.id AND o.provider_id <> i.provider_id)
               FOR UPDATE OF i
            """
        ) { row in AuditEvent.Actor(id: try row.read(), name: try row.read()) }
    }

    private static func made(
        _ draft: Provisioned.Person.Draft, _ provider: Provider, _ transaction: Transaction
    ) async throws -> AuditEvent.Actor {
        let names = Identity.accountNames(of: [draft.userName, draft.profile.email])
        let actor = try await IdentityStore.newAccount(names, email: draft.profile.email, transaction)
        try await transaction.run(
            """
            INSERT INTO auth.identities (provider_id, subject, account_id, name, email)
            VALUES (\(provider.id.uuid), \(draft.subject(of: ID(actor.id))), \(actor.id), \(draft.userName),
                    \(draft.profile.email))
            """)
        return actor
    }

    private static func row(
        of draft: Provisioned.Person.Draft, for id: ID<Account>, _ provider: Provider
    ) throws -> SQL {
        """
        INSERT INTO auth.provisioned_users
            (account_id, provider_id, user_name, user_name_key, external_id, active, profile)
        VALUES (\(id.uuid), \(provider.id.uuid), \(draft.userName), \(draft.userName.accountKey), \(draft.externalID),
                \(draft.isActive), \(try draft.profile.json)::jsonb)
        """
    }

    /// Whoever is in use and then is not loses sessions and keys at once; the way back gives none of them again.
    func update(
        _ draft: Provisioned.Person.Draft, of id: ID<Account>, version: Int64?, _ provider: Provider,
        _ actor: AuditEvent.Actor
    ) async throws -> ID<Account> {
        try await Self.namingConflicts {
            try await database.transaction(for: .these([UUID.none])) { transaction in
                let was = try await Self.lock(id, version, provider, transaction)
                let ends = !draft.isActive && was.isInUse
                let begins = draft.isActive && !was.draft.isActive && !was.isInUse
                guard draft != was.draft || ends else { return id }
                guard !was.hasSignedIn || draft.externalID == was.draft.externalID else {
                    throw Failure(
                        .invalid, "Somebody has signed in with the present externalId: it is who they are here.",
                        reason: "mutability", detail: "externalId")
                }
                for statement in try Self.changes(to: draft, of: id, provider) { try await transaction.run(statement) }
                if draft.profile.email != was.draft.profile.email {
                    try await transaction.run(Self.address(draft.profile.email, of: id))
                }
                if ends { try await Self.deactivate(id, transaction) }
                if begins {
                    try await transaction.run(
                        "UPDATE auth.accounts SET deactivated_at = NULL WHERE id = \(id.uuid)")
                }
                let action = ends ? "account.deactivate" : begins ? "account.reactivate" : "account.change"
                let detail = Self.detail(was.name, provider, ["changed": draft.differences(from: was.draft)])
                try await transaction.run(AuditStore.append(AuditEvent(actor, action, on: id.text, detail: detail)))
                return id
            }
        }
    }

    private static func changes(
        to draft: Provisioned.Person.Draft, of id: ID<Account>, _ provider: Provider
    ) throws -> [SQL] {
        [
            """
            UPDATE auth.provisioned_users
               SET user_name = \(draft.userName), user_name_key = \(draft.userName.accountKey),
                   external_id = \(draft.externalID), active = \(draft.isActive),
                   profile = \(try draft.profile.json)::jsonb, version = version + 1, changed_at = now()
             WHERE account_id = \(id.uuid) AND provider_id = \(provider.id.uuid)
            """,
            """
            UPDATE auth.identities
               SET subject = \(draft.subject(of: id)), name = \(draft.userName), email = \(draft.profile.email)
             WHERE account_id = \(id.uuid) AND provider_id = \(provider.id.uuid)
            """,
        ]
    }

    /// The account's address follows what the provider says, unless somebody has it; nobody has proven it then.
    private static func address(_ text: String, of id: ID<Account>) -> SQL {
        let email = (try? AccountEntry.Draft(name: "x", email: text))?.email ?? ""
        return """
            UPDATE auth.accounts SET email = \(email), email_key = \(email.accountKey), email_confirmed_at = NULL
             WHERE id = \(id.uuid) AND email <> \(email) AND (\(email) = '' OR NOT EXISTS (
                   SELECT FROM auth.accounts o WHERE o.email_key = \(email.accountKey) AND o.id <> \(id.uuid)))
            """
    }

    /// Puts the account out of use, and forgets who it was there: the same name is then somebody new.
    func delete(
        _ id: ID<Account>, version: Int64?, _ provider: Provider, _ actor: AuditEvent.Actor
    ) async throws {
        try await database.transaction(for: .these([UUID.none])) { transaction in
            let was = try await Self.lock(id, version, provider, transaction)
            try await Self.deactivate(id, transaction)
            let detail = Self.detail(was.name, provider, ["identity": "removed", "subject": was.draft.subject(of: id)])
            let statements: [SQL] = [
                """
                DELETE FROM auth.group_members
                 WHERE account_id = \(id.uuid) AND group_id IN (
                       SELECT account_id FROM auth.provisioned_groups WHERE provider_id = \(provider.id.uuid))
                """,
                "DELETE FROM auth.identities WHERE account_id = \(id.uuid) AND provider_id = \(provider.id.uuid)",
                """
                UPDATE auth.accounts SET email = '', email_key = '', email_confirmed_at = NULL WHERE id = \(id.uuid)
                """,
                AuditStore.append(AuditEvent(actor, "account.deactivate", on: id.text, detail: detail)),
            ]
            for statement in statements { try await transaction.run(statement) }
        }
    }

    private static func deactivate(_ id: ID<Account>, _ transaction: Transaction) async throws {
        let ending: SQL =
            "UPDATE auth.accounts SET deactivated_at = now() WHERE id = \(id.uuid) AND deactivated_at IS NULL"
        for statement in [ending] + AccountStore.endings(of: id) { try await transaction.run(statement) }
    }

    private static func detail(_ name: String, _ provider: Provider, _ more: [String: String]) -> [String: String] {
        let which = [
            "name": name, "by": "provisioning", "provider": provider.label, "provider_id": provider.id.text,
        ]
        return which.merging(more) { $1 }
    }
}

extension Provisioned.Person.Draft {
    fileprivate func differences(from other: Self) -> String {
        let all = [
            ("userName", userName != other.userName), ("externalId", externalID != other.externalID),
            ("active", isActive != other.isActive), ("profile", profile != other.profile),
        ]
        return all.filter(\.1).map(\.0).joined(separator: " ")
    }
}
