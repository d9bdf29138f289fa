import Directory
import Foundation
import Model
import Postgres

@testable import AuthService

extension Provider {
    /// As an administrator would set it up; nobody is behind it.
    static func sample(
        _ label: String = "Acme", id: ID<Provider> = .fresh(), issuer: String = "https://login.example.org",
        creates: Bool = true, domains: [String] = [], isEnabled: Bool = true, client: String = "halley",
        rules: [GroupRole] = []
    ) -> Provider {
        Provider(
            id: id, kind: .oidc, label: label, isEnabled: isEnabled, issuer: issuer, authorizeURL: "", tokenURL: "",
            userinfoURL: "", clientID: client, scopes: ["openid"], subjectClaim: "sub", nameClaim: "preferred_username",
            emailClaim: "email", groupClaim: "groups", createsAccounts: creates, emailDomains: domains,
            factorValues: ["mfa"],
            groupRoles: rules, signsOut: true, directory: nil)
    }
}

extension Provider {
    /// A directory; nobody is behind it either.
    static func directory(
        _ url: String = "ldaps://ldap.example.org", id: ID<Provider> = .fresh(), startTLS: Bool = true,
        authority: String = "", bind: String = "cn=halley,dc=example,dc=org", base: String = "dc=example,dc=org",
        subject: String = "entryUUID", client: String = "", rules: [GroupRole] = []
    ) -> Provider {
        Provider(
            id: id, kind: .ldap, label: "Directory", isEnabled: true, issuer: "", authorizeURL: "", tokenURL: "",
            userinfoURL: "", clientID: client, scopes: [], subjectClaim: subject, nameClaim: "uid", emailClaim: "mail",
            groupClaim: "memberOf", createsAccounts: true, emailDomains: [], factorValues: [], groupRoles: rules,
            signsOut: false,
            directory: DirectorySettings(
                url: url, startTLS: startTLS, authority: authority, bindDN: bind, baseDN: base,
                userFilter: "(uid={name})", groupBaseDN: "", groupFilter: ""))
    }
}

extension Identity {
    static func sample(
        _ subject: String, name: String = "", email: String = "", verified: Bool = false, groups: [String] = [],
        factors: [String] = [], of provider: Provider
    ) throws -> Identity {
        try Identity(
            Claims([
                "preferred_username": .text(name.isEmpty ? subject : name), "email": .text(email),
                "email_verified": .flag(verified), "groups": .list(groups.map { .text($0) }),
                "amr": .list(factors.map { .text($0) }),
            ]), subject: subject, of: provider)
    }
}

extension AuthHouse {
    func provider(_ provider: Provider, secret: String = "", by admin: Admin) async throws -> Provider {
        try await service.providers.create(provider, secret: secret, as: admin.access).provider
    }

    /// Signs in as the provider says.
    func arrive(_ identity: Identity, of provider: Provider, there: ProviderSession? = nil) async throws -> Access {
        let draft = Session.Draft(address: "192.0.2.9", client: "browser")
        let outcome = try await service.providers.identities.signIn(
            .init(identity: identity, provider: provider, session: draft, there: there))
        guard case .session = outcome else { throw Failure(.unauthenticated, "", reason: "pending") }
        return try await access(session: draft.token.text)
    }

    func count(_ table: StaticString) async throws -> Int {
        let statement: SQL =
            switch "\(table)" {
            case "accounts": "SELECT count(*) FROM auth.accounts"
            case "identities": "SELECT count(*) FROM auth.identities"
            case "provider_grants": "SELECT count(*) FROM auth.provider_grants"
            default: "SELECT count(*) FROM auth.sessions"
            }
        return try await owner.first(statement, for: .none) { row in try row.read(Int.self) } ?? -1
    }
}
