import Directory
import Foundation
import Model
import Postgres
import Sealing

struct ProviderStore: Sendable {
    let database: Database

    /// A provider, and its secret as it is kept.
    struct Kept: Sendable {
        let provider: Provider
        let secret: [UInt8]
    }

    func find(_ id: ID<Provider>) async throws -> Kept? {
        try await database.first(
            "SELECT \(Provider.columns), p.client_secret FROM \(Provider.tables) WHERE p.id = \(id.uuid)", for: .none
        ) { row in Kept(provider: try Provider(row: &row), secret: try row.read()) }
    }

    /// By label.
    func list() async throws -> [ProviderEntry] {
        try await entries("TRUE")
    }

    func entry(_ id: ID<Provider>) async throws -> ProviderEntry? {
        try await entries("p.id = \(id.uuid)").first
    }

    private func entries(_ which: SQL) async throws -> [ProviderEntry] {
        try await database.rows(
            """
            SELECT \(Provider.columns), p.client_secret <> '', p.created_at, p.changed_at,
                   (SELECT count(*) FROM auth.identities i WHERE i.provider_id = p.id)
              FROM \(Provider.tables) WHERE \(which) ORDER BY p.label, p.id LIMIT 200
            """, for: .none
        ) { row in
            ProviderEntry(
                provider: try Provider(row: &row), hasSecret: try row.read(), createdAt: try row.read(),
                changedAt: try row.read(), identities: try row.read())
        }
    }

    /// Those that are switched on, by label.
    func offers() async throws -> [(ID<Provider>, String)] {
        try await database.rows(
            "SELECT id, label FROM auth.providers WHERE enabled ORDER BY label, id LIMIT 50", for: .none
        ) { row in (ID(try row.read()), try row.read()) }
    }

    /// Throws `.forbidden` when a group would get a role that the actor could not give.
    func insert(_ provider: Provider, secret: [UInt8], by permit: Permit) async throws {
        let event = Self.event("provider.create", provider, by: permit)
        try await database.transaction(for: event.tenants) { transaction in
            try await Self.checkRoles(provider.groupRoles, permit, transaction)
            for statement in [Self.insert(provider, secret)] + Self.parts(of: provider) + [AuditStore.append(event)] {
                try await transaction.run(statement)
            }
        }
    }

    /// Replaces all but what identities rest on, and keeps the secret when there is none to put in its place. Only
    /// what a group gets anew is asked about. `false`: there is none.
    func update(_ provider: Provider, secret: [UInt8]?, by permit: Permit) async throws -> Bool {
        let event = Self.event("provider.change", provider, by: permit)
        return try await database.transaction(for: event.tenants) { transaction in
            let before = try await transaction.first(
                "SELECT \(Provider.columns) FROM \(Provider.tables) WHERE p.id = \(provider.id.uuid) FOR UPDATE OF p",
                Provider.init(row:))
            guard let before else { return false }
            guard before.ground == provider.ground else {
                throw Failure(
                    .conflict,
                    "The kind, the addresses and the subject of a provider stay: its accounts rest on them. Add "
                        + "another provider instead.", reason: "provider_ground")
            }
            // Whoever changes where a password goes must know it: else it could be sent to a place of their own.
            guard provider.keepsTrust(of: before) || secret != nil else {
                throw Failure(
                    .invalid, "Give the password of the bind DN again: where it goes, or whose it is, is another now.",
                    reason: "provider_secret")
            }
            let added = provider.groupRoles.filter { !before.groupRoles.contains($0) }
            try await Self.checkRoles(added, permit, transaction)
            for statement in [Self.update(provider, secret)] + Self.parts(of: provider) + [AuditStore.append(event)] {
                try await transaction.run(statement)
            }
            return true
        }
    }

    /// Takes the identities, the roles that hang on it, its groups and its keys along; accounts of people stay.
    /// `false`: there is none.
    func delete(_ id: ID<Provider>, by permit: Permit) async throws -> Bool {
        let actor = AuditEvent.Actor(id: permit.principal.uuid, name: permit.name)
        let event = AuditEvent(actor, "provider.delete", on: id.text)
        return try await database.transaction(for: event.tenants) { transaction in
            for statement in ProvisioningStore.endings(of: id) { try await transaction.run(statement) }
            return try await transaction.run(
                """
                WITH gone AS (DELETE FROM auth.providers WHERE id = \(id.uuid) RETURNING id)
                \(AuditStore.append(event, forEachOf: "gone"))
                """) == 1
        }
    }

    private static func event(_ action: String, _ provider: Provider, by permit: Permit) -> AuditEvent {
        AuditEvent(
            AuditEvent.Actor(id: permit.principal.uuid, name: permit.name), action, on: provider.id.text,
            detail: [
                "label": provider.label, "kind": provider.kind.rawValue, "enabled": "\(provider.isEnabled)",
                "creates_accounts": "\(provider.createsAccounts)", "group_roles": "\(provider.groupRoles.count)",
                "place": provider.directory?.url ?? (provider.kind == .oidc ? provider.issuer : provider.authorizeURL),
            ])
    }

    /// Nobody gives by way of a group what they could not give by hand, as the database says at this moment.
    private static func checkRoles(
        _ rules: [Provider.GroupRole], _ permit: Permit, _ transaction: Transaction
    ) async throws {
        guard !rules.isEmpty else { return }
        let workspaces = Array(Set(rules.map(\.grant.scope.workspaceKey)))
        let held = try await transaction.rows(
            """
            SELECT workspace_id, role FROM auth.grants
             WHERE account_id = \(permit.principal.uuid) AND workspace_id = ANY(\(workspaces))
               AND project_id = \(UUID.none)
            """
        ) { row in (try row.read(UUID.self), try row.read(String.self)) }
        for rule in rules {
            let mine = held.filter { $0.0 == rule.grant.scope.workspaceKey }.compactMap { Role(rawValue: $0.1) }
            guard mine.contains(where: { Matrix.allows($0, .manageMembers) && $0.rank >= rule.grant.role.rank }) else {
                throw Failure(
                    .forbidden,
                    "A group gets no role that you could not give by hand. In a workspace, one of its "
                        + "owners has to say so.", reason: "role_above_own")
            }
        }
    }

    private static func insert(_ p: Provider, _ secret: [UInt8]) -> SQL {
        """
        INSERT INTO auth.providers (id, kind, label, enabled, issuer, authorize_url, token_url, userinfo_url, client_id,
            client_secret, scopes, subject_claim, name_claim, email_claim, group_claim, creates_accounts, email_domains,
            factor_values, signs_out)
        VALUES (\(p.id.uuid), \(p.kind.rawValue), \(p.label), \(p.isEnabled), \(p.issuer), \(p.authorizeURL),
            \(p.tokenURL), \(p.userinfoURL), \(p.clientID), \(secret), \(p.scopes), \(p.subjectClaim), \(p.nameClaim),
            \(p.emailClaim), \(p.groupClaim), \(p.createsAccounts), \(p.emailDomains), \(p.factorValues),
            \(p.signsOut))
        """
    }

    private static func update(_ p: Provider, _ secret: [UInt8]?) -> SQL {
        """
        UPDATE auth.providers
           SET label = \(p.label), enabled = \(p.isEnabled), client_id = \(p.clientID),
               client_secret = COALESCE(\(secret), client_secret), scopes = \(p.scopes), name_claim = \(p.nameClaim),
               email_claim = \(p.emailClaim), group_claim = \(p.groupClaim), creates_accounts = \(p.createsAccounts),
               email_domains = \(p.emailDomains), factor_values = \(p.factorValues), signs_out = \(p.signsOut),
               changed_at = now()
         WHERE id = \(p.id.uuid)
        """
    }

    private static func parts(of p: Provider) -> [SQL] {
        directory(of: p) + [
            "DELETE FROM auth.provider_roles WHERE provider_id = \(p.id.uuid)",
            """
            INSERT INTO auth.provider_roles (provider_id, group_name, workspace_id, role)
            SELECT \(p.id.uuid), u.g, u.w, u.r
              FROM unnest(\(p.groupRoles.map(\.group)), \(p.groupRoles.map(\.grant.scope.workspaceKey)),
                          \(p.groupRoles.map(\.grant.role.rawValue))) AS u (g, w, r)
            """,
        ]
    }

    private static func directory(of p: Provider) -> [SQL] {
        guard let d = p.directory else { return [] }
        return [
            """
            INSERT INTO auth.directories (provider_id, url, start_tls, authority, bind_dn, base_dn, user_filter,
                group_base_dn, group_filter)
            VALUES (\(p.id.uuid), \(d.url), \(d.startTLS), \(d.authority), \(d.bindDN), \(d.baseDN), \(d.userFilter),
                \(d.groupBaseDN), \(d.groupFilter))
            ON CONFLICT (provider_id) DO UPDATE
               SET url = excluded.url, start_tls = excluded.start_tls, authority = excluded.authority,
                   bind_dn = excluded.bind_dn, base_dn = excluded.base_dn, user_filter = excluded.user_filter,
                   group_base_dn = excluded.group_base_dn, group_filter = excluded.group_filter
            """
        ]
    }
}
