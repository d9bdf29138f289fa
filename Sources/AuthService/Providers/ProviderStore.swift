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
            "SELECT \(Provider.columns), p.client_secret FROM auth.providers p WHERE p.id = \(id.uuid)", for: .none
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
              FROM auth.providers p WHERE \(which) ORDER BY p.label, p.id LIMIT 200
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
            for statement in [Self.insert(provider, secret)] + Self.roles(of: provider) + [AuditStore.append(event)] {
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
                "SELECT \(Provider.columns) FROM auth.providers p WHERE p.id = \(provider.id.uuid) FOR UPDATE",
                Provider.init(row:))
            guard let before else { return false }
            guard before.ground == provider.ground else {
                throw Failure(
                    .conflict,
                    "The kind, the addresses and the subject of a provider stay: its accounts rest on them. Add "
                        + "another provider instead.", reason: "provider_ground")
            }
            let added = provider.groupRoles.filter { !before.groupRoles.contains($0) }
            try await Self.checkRoles(added, permit, transaction)
            for statement in [Self.update(provider, secret)] + Self.roles(of: provider) + [AuditStore.append(event)] {
                try await transaction.run(statement)
            }
            return true
        }
    }

    /// Takes the identities and the roles that hang on it along; accounts stay. `false`: there is none.
    func delete(_ id: ID<Provider>, by permit: Permit) async throws -> Bool {
        let actor = AuditEvent.Actor(id: permit.principal.uuid, name: permit.name)
        let event = AuditEvent(actor, "provider.delete", on: id.text)
        return try await database.run(
            """
            WITH gone AS (DELETE FROM auth.providers WHERE id = \(id.uuid) RETURNING id)
            \(AuditStore.append(event, forEachOf: "gone"))
            """, for: event.tenants) == 1
    }

    private static func event(_ action: String, _ provider: Provider, by permit: Permit) -> AuditEvent {
        AuditEvent(
            AuditEvent.Actor(id: permit.principal.uuid, name: permit.name), action, on: provider.id.text,
            detail: [
                "label": provider.label, "kind": provider.kind.rawValue, "enabled": "\(provider.isEnabled)",
                "creates_accounts": "\(provider.createsAccounts)", "group_roles": "\(provider.groupRoles.count)",
                "place": provider.kind == .oidc ? provider.issuer : provider.authorizeURL,
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
            factor_values)
        VALUES (\(p.id.uuid), \(p.kind.rawValue), \(p.label), \(p.isEnabled), \(p.issuer), \(p.authorizeURL),
            \(p.tokenURL), \(p.userinfoURL), \(p.clientID), \(secret), \(p.scopes), \(p.subjectClaim), \(p.nameClaim),
            \(p.emailClaim), \(p.groupClaim), \(p.createsAccounts), \(p.emailDomains), \(p.factorValues))
        """
    }

    private static func update(_ p: Provider, _ secret: [UInt8]?) -> SQL {
        """
        UPDATE auth.providers
           SET label = \(p.label), enabled = \(p.isEnabled), client_id = \(p.clientID),
               client_secret = COALESCE(\(secret), client_secret), scopes = \(p.scopes), name_claim = \(p.nameClaim),
               email_claim = \(p.emailClaim), group_claim = \(p.groupClaim), creates_accounts = \(p.createsAccounts),
               email_domains = \(p.emailDomains), factor_values = \(p.factorValues), changed_at = now()
         WHERE id = \(p.id.uuid)
        """
    }

    private static func roles(of p: Provider) -> [SQL] {
        [
            "DELETE FROM auth.provider_roles WHERE provider_id = \(p.id.uuid)",
            """
            INSERT INTO auth.provider_roles (provider_id, group_name, workspace_id, role)
            SELECT \(p.id.uuid), u.g, u.w, u.r
              FROM unnest(\(p.groupRoles.map(\.group)), \(p.groupRoles.map(\.grant.scope.workspaceKey)),
                          \(p.groupRoles.map(\.grant.role.rawValue))) AS u (g, w, r)
            """,
        ]
    }
}

extension Provider {
    fileprivate static let columns: SQL = """
        p.id, p.kind, p.label, p.enabled, p.issuer, p.authorize_url, p.token_url, p.userinfo_url, p.client_id, p.scopes,
        p.subject_claim, p.name_claim, p.email_claim, p.group_claim, p.creates_accounts, p.email_domains,
        p.factor_values,
        ARRAY(SELECT r.group_name FROM auth.provider_roles r WHERE r.provider_id = p.id
               ORDER BY r.workspace_id, r.group_name),
        ARRAY(SELECT r.workspace_id FROM auth.provider_roles r WHERE r.provider_id = p.id
               ORDER BY r.workspace_id, r.group_name),
        ARRAY(SELECT r.role FROM auth.provider_roles r WHERE r.provider_id = p.id ORDER BY r.workspace_id, r.group_name)
        """

    fileprivate init(row: inout Row) throws {
        let id: UUID = try row.read()
        let (kind, label, isEnabled): (String, String, Bool) = (try row.read(), try row.read(), try row.read())
        let (issuer, authorize, token): (String, String, String) = (try row.read(), try row.read(), try row.read())
        let (userinfo, client, scopes): (String, String, [String]) = (try row.read(), try row.read(), try row.read())
        let (subject, name, email): (String, String, String) = (try row.read(), try row.read(), try row.read())
        let (group, creates, domains): (String, Bool, [String]) = (try row.read(), try row.read(), try row.read())
        let (factors, groups): ([String], [String]) = (try row.read(), try row.read())
        let (workspaces, roles): ([UUID], [String]) = (try row.read(), try row.read())
        let rules = zip(groups, zip(workspaces, roles)).compactMap { group, held in
            Role(rawValue: held.1).map {
                GroupRole(group: group, grant: Grant($0, on: Scope(workspaceKey: held.0, projectKey: .none)))
            }
        }
        self.init(
            id: ID(id), kind: Kind(rawValue: kind) ?? .oidc, label: label, isEnabled: isEnabled, issuer: issuer,
            authorizeURL: authorize, tokenURL: token, userinfoURL: userinfo, clientID: client, scopes: scopes,
            subjectClaim: subject, nameClaim: name, emailClaim: email, groupClaim: group, createsAccounts: creates,
            emailDomains: domains, factorValues: factors, groupRoles: rules)
    }
}
