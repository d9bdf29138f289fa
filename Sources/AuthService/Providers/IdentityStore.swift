import Foundation
import Model
import Postgres

struct IdentityStore: Sendable {
    let database: Database

    func list(of account: ID<Account>) async throws -> [IdentityEntry] {
        try await database.rows(
            """
            SELECT p.id, p.label, i.subject, i.name, i.email, i.linked_at, i.last_sign_in_at
              FROM auth.identities i JOIN auth.providers p ON p.id = i.provider_id
             WHERE i.account_id = \(account.uuid) ORDER BY p.label, p.id
            """, for: .none
        ) { row in
            IdentityEntry(
                provider: ID(try row.read()), label: try row.read(), subject: try row.read(), name: try row.read(),
                email: try row.read(), linkedAt: try row.read(), lastSignInAt: try row.read())
        }
    }

    enum Removal: Sendable { case done, unknown, lastWayIn, kept }

    /// Not the last way in: somebody without a password keeps one identity. Two that are removed at once meet at the
    /// account's row. Nor that of a provider that keeps the account: it would no longer reach whom it has let in.
    func remove(_ provider: ID<Provider>, of account: ID<Account>, telling event: AuditEvent) async throws -> Removal {
        try await database.transaction(for: event.tenants) { transaction in
            let hasPassword = try await transaction.first(
                "SELECT password IS NOT NULL FROM auth.accounts WHERE id = \(account.uuid) FOR NO KEY UPDATE"
            ) { row in try row.read(Bool.self) }
            let others = try await transaction.rows(
                "SELECT provider_id FROM auth.identities WHERE account_id = \(account.uuid)"
            ) { row in try row.read(UUID.self) }
            guard others.contains(provider.uuid) else { return .unknown }
            guard hasPassword == true || others.count > 1 else { return .lastWayIn }
            let isKept = try await transaction.first(
                """
                SELECT FROM auth.provisioned_users
                 WHERE account_id = \(account.uuid) AND provider_id = \(provider.uuid)
                """
            ) { _ in true }
            guard isKept == nil else { return .kept }
            try await transaction.run(
                "DELETE FROM auth.identities WHERE account_id = \(account.uuid) AND provider_id = \(provider.uuid)")
            try await transaction.run(AuditStore.append(event))
            return .done
        }
    }

    /// Joins an identity to an account. `false`: it is another's, or the account has one of this provider already.
    func link(
        _ identity: Identity, of provider: Provider, to account: ID<Account>, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH linked AS (
                \(Self.insert(identity, of: provider, for: account)) ON CONFLICT DO NOTHING RETURNING account_id
            )
            \(AuditStore.append(event, forEachOf: "linked"))
            """, for: event.tenants) == 1
    }

    /// Somebody who has come through a provider.
    struct Arrival: Sendable {
        let identity: Identity
        let provider: Provider
        let session: Session.Draft
        /// Of a provider that knows sessions.
        var there: ProviderSession?
        /// What it makes good when a session begins after a second factor.
        var pardon = Try.Pardon.none
    }

    /// Signs in whoever the identity is, with the roles of its groups; makes an account when there is none and the
    /// provider may. Everything or nothing, each change in the audit log of where it belongs.
    /// Who has a second factor, which the provider did not ask for, must give it before there is a session.
    func signIn(_ arrival: Arrival) async throws -> SignInOutcome {
        do {
            return try await attempt(arrival)
        } catch let error as PostgresError where error.constraint == "identities_pkey" {
            // Somebody's first sign-in, twice at once: the second finds the account that the first has made.
            return try await attempt(arrival)
        }
    }

    private func attempt(_ arrival: Arrival) async throws -> SignInOutcome {
        let (provider, subject) = (arrival.provider, arrival.identity.subject)
        let held = try await database.rows(
            """
            SELECT g.workspace_id FROM auth.provider_grants g
              JOIN auth.identities i ON i.account_id = g.account_id AND i.provider_id = g.provider_id
             WHERE i.provider_id = \(provider.id.uuid) AND i.subject = \(subject)
            """, for: .none
        ) { row in try row.read(UUID.self) }
        let tenants = Set(held + provider.groupRoles.map(\.grant.scope.workspaceKey) + [.none])
        return try await database.transaction(for: .these(Array(tenants))) { transaction in
            let known = try await Self.find(arrival, transaction)
            let actor: AuditEvent.Actor
            if let known { actor = known } else { actor = try await Self.create(arrival, transaction) }
            var events = try await RolesOfGroups.settle(arrival, actor, transaction)
            let outcome = try await Self.admit(arrival, actor, transaction)
            events.append(Self.event(outcome, arrival, actor))
            // One order for everybody: each chain is locked until the end.
            for event in events.sorted(by: { $0.chain < $1.chain }) {
                try await transaction.run(AuditStore.append(event))
            }
            return outcome
        }
    }

    private static func admit(
        _ arrival: Arrival, _ actor: AuditEvent.Actor, _ transaction: Transaction
    ) async throws -> SignInOutcome {
        let source: SQL = "(SELECT \(actor.id) AS account_id) AS account"
        let wasAsked = arrival.identity.hasFactor(of: arrival.provider)
        if let there = arrival.there { try await transaction.run(there.insert) }
        let hasFactor = try await transaction.first(
            "SELECT FROM auth.factors WHERE account_id = \(actor.id) AND confirmed_at IS NOT NULL"
        ) { _ in true }
        if hasFactor == true, !wasAsked {
            let pending = PendingSignIn()
            try await transaction.run(
                PendingStore.insert(
                    pending, pardon: arrival.pardon, from: arrival.there?.id, forEachOf: source))
            return .pending(pending)
        }
        try await transaction.run(
            SessionStore.insert(
                arrival.session, hasSecondFactor: wasAsked, from: "\(arrival.there?.id)", forEachOf: source))
        try await transaction.run("UPDATE auth.accounts SET last_seen_at = now() WHERE id = \(actor.id)")
        return .session
    }

    private static func find(_ arrival: Arrival, _ transaction: Transaction) async throws -> AuditEvent.Actor? {
        let identity = arrival.identity
        let found = try await transaction.first(
            """
            UPDATE auth.identities i SET last_sign_in_at = now(), name = \(identity.name), email = \(identity.email)
              FROM auth.accounts a
             WHERE i.provider_id = \(arrival.provider.id.uuid) AND i.subject = \(identity.subject)
               AND a.id = i.account_id
            RETURNING a.id, a.name, a.deactivated_at IS NULL
            """
        ) { row in
            (actor: AuditEvent.Actor(id: try row.read(), name: try row.read()), isActive: try row.read(Bool.self))
        }
        if found?.isActive == false { throw SignInRefusal(.accountInactive) }
        return found?.actor
    }

    /// An account of somebody new. The address is the provider's word.
    private static func create(_ arrival: Arrival, _ transaction: Transaction) async throws -> AuditEvent.Actor {
        let (identity, provider) = (arrival.identity, arrival.provider)
        try identity.mayHaveAccount(of: provider)
        let email = identity.emailIsVerified ? identity.email : ""
        let actor = try await newAccount(identity.accountNames, email: email, transaction)
        try await transaction.run(insert(identity, of: provider, for: ID(actor.id), signedIn: true))
        try await transaction.run(
            AuditStore.append(
                AuditEvent(
                    actor, "account.create", on: actor.id.uuidString.lowercased(), address: arrival.session.address,
                    detail: ["name": actor.name, "provider": provider.label])))
        return actor
    }

    /// A person without a password, under the first of these names that is free, with the address unless somebody has
    /// it.
    static func newAccount(
        _ names: [String], email: String, _ transaction: Transaction
    ) async throws -> AuditEvent.Actor {
        for name in names {
            let draft =
                try (try? AccountEntry.Draft(name: name, email: email)) ?? AccountEntry.Draft(name: name, email: "")
            let made = try await transaction.run(
                """
                INSERT INTO auth.accounts (id, kind, name, name_key, email, email_key)
                SELECT \(draft.id.uuid), 'person', \(draft.name), \(draft.name.accountKey), e.mail, e.key
                  FROM (SELECT \(draft.email) AS mail, \(draft.email.accountKey) AS key
                         WHERE NOT EXISTS (SELECT FROM auth.accounts WHERE email_key = \(draft.email.accountKey))
                        UNION ALL SELECT '', '' LIMIT 1) e
                ON CONFLICT (name_key) DO NOTHING
                """)
            guard made == 1 else { continue }
            let actor = AuditEvent.Actor(id: draft.id.uuid, name: draft.name)
            try await transaction.run(
                """
                INSERT INTO auth.grants (workspace_id, project_id, account_id, role, granted_by)
                VALUES (\(UUID.none), \(UUID.none), \(draft.id.uuid), 'instanceUser', \(draft.id.uuid))
                """)
            return actor
        }
        throw Failure(.conflict, "No free name was found for a new account.", reason: "account_exists")
    }

    private static func insert(
        _ identity: Identity, of provider: Provider, for account: ID<Account>, signedIn: Bool = false
    ) -> SQL {
        """
        INSERT INTO auth.identities (provider_id, subject, account_id, name, email, last_sign_in_at)
        VALUES (\(provider.id.uuid), \(identity.subject), \(account.uuid), \(identity.name), \(identity.email),
                CASE WHEN \(signedIn) THEN now() END)
        """
    }

    private static func event(
        _ outcome: SignInOutcome, _ arrival: Arrival, _ actor: AuditEvent.Actor
    ) -> AuditEvent {
        let wasAsked = arrival.identity.hasFactor(of: arrival.provider)
        var detail = [
            "provider": arrival.provider.label, "provider_id": arrival.provider.id.text,
            "subject": arrival.identity.subject,
        ]
        switch outcome {
        case .pending:
            return AuditEvent(
                actor, "session.first_step", on: actor.id.uuidString.lowercased(), address: arrival.session.address,
                detail: detail)
        case .session:
            detail["second_factor"] = wasAsked ? "provider" : "none"
            return AuditEvent(
                actor, "session.sign_in", on: arrival.session.id.text, address: arrival.session.address, detail: detail)
        }
    }
}

extension AuditEvent {
    var chain: String { workspace?.text ?? "" }
}
