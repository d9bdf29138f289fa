import Directory
import Egress
import Foundation
import Model

/// Somebody who says who people are.
struct Provider: Sendable, Hashable {
    enum Kind: String, Sendable { case oidc, oauth2, ldap }

    /// Members of `group` have `grant`, as long as the provider says that they are in it.
    struct GroupRole: Sendable, Hashable {
        let group: String
        let grant: Grant
    }

    let id: ID<Provider>
    let kind: Kind
    let label: String
    let isEnabled: Bool
    let issuer: String
    let authorizeURL: String
    let tokenURL: String
    let userinfoURL: String
    let clientID: String
    let scopes: [String]
    let subjectClaim: String
    let nameClaim: String
    let emailClaim: String
    /// Empty: groups are not looked at.
    let groupClaim: String
    let createsAccounts: Bool
    /// Who gets an account; empty: anybody. Nobody is recognized by an address.
    let emailDomains: [String]
    /// Values of `amr` or `acr` that say that a second factor was used there.
    let factorValues: [String]
    let groupRoles: [GroupRole]
    /// Who signs out here is sent on to sign out there. Of `oidc` only.
    let signsOut: Bool
    /// Of `ldap`, and of no other.
    let directory: DirectorySettings?

    /// What identities rest on: were it changed, the same names would be other people's.
    /// A directory may move to another machine, with all that is in it.
    var ground: [String] {
        [kind.rawValue, issuer, authorizeURL, tokenURL, userinfoURL, subjectClaim, directory?.baseDN ?? ""]
    }

    /// The roles of somebody who is in these groups: in each scope the highest.
    func roles(for groups: Set<String>) -> [Grant] {
        var best: [Scope: Role] = [:]
        let keys = Set(groups.map(groupKey))
        for rule in groupRoles where keys.contains(groupKey(rule.group)) {
            let present = best[rule.grant.scope]
            if present.map({ $0.rank < rule.grant.role.rank }) ?? true { best[rule.grant.scope] = rule.grant.role }
        }
        return best.map { Grant($0.value, on: $0.key) }.sorted { $0.scope.workspaceKey < $1.scope.workspaceKey }
    }
}

/// A provider as its administrator sees it.
struct ProviderEntry: Sendable {
    let provider: Provider
    let hasSecret: Bool
    let createdAt: Date
    let changedAt: Date
    let identities: Int
}

extension Provider {
    /// Throws `.invalid`, naming the first rule that is broken.
    func check(_ egress: Egress) throws(Failure) {
        try Self.check(label, "label", 1...60)
        let addresses = [("authorize_url", authorizeURL), ("token_url", tokenURL), ("userinfo_url", userinfoURL)]
        switch kind {
        case .oidc:
            try Self.check(address: issuer, "issuer", egress)
            guard !issuer.contains("?") else { throw Self.wrong("An issuer has no query.", "issuer") }
            guard addresses.allSatisfy(\.1.isEmpty) else {
                throw Self.wrong("An oidc provider's addresses come from its issuer.", "authorize_url")
            }
            guard scopes.contains("openid") else { throw Self.wrong("The scopes of oidc include openid.", "scopes") }
            guard ["sub", "oid"].contains(subjectClaim) else {
                throw Self.wrong("The subject of oidc is sub or, of Microsoft Entra, oid.", "subject_claim")
            }
        case .oauth2:
            guard issuer.isEmpty else { throw Self.wrong("Only an oidc provider has an issuer.", "issuer") }
            for (field, text) in addresses { try Self.check(address: text, field, egress) }
        case .ldap:
            guard issuer.isEmpty, addresses.allSatisfy(\.1.isEmpty), clientID.isEmpty else {
                throw Self.wrong("A directory has neither issuer, addresses nor client_id, but a url.", "url")
            }
            try checkDirectory(egress)
        }
        guard (kind == .ldap) == (directory != nil) else {
            throw Self.wrong("Only a provider of the kind ldap has the settings of a directory.", "kind")
        }
        if kind != .ldap { try Self.check(clientID, "client_id", 1...500) }
        try checkLists()
    }

    private func checkLists() throws(Failure) {
        guard scopes.count <= 30, scopes.allSatisfy(Self.isToken) else {
            throw Self.wrong("scopes are at most 30 words without spaces and quotes.", "scopes")
        }
        for (field, claim) in [("subject_claim", subjectClaim), ("name_claim", nameClaim), ("email_claim", emailClaim)]
        {
            try Self.check(claim, field, 1...200)
        }
        try Self.check(groupClaim, "group_claim", 0...200)
        guard emailDomains.count <= 100,
            emailDomains.allSatisfy({ Self.isToken($0) && !$0.contains("@") && $0 == $0.lowercased() })
        else {
            throw Self.wrong("email_domains are at most 100 names like example.org, in lower case.", "email_domains")
        }
        guard factorValues.count <= 30, factorValues.allSatisfy(Self.isToken) else {
            throw Self.wrong("factor_values are at most 30 words.", "factor_values")
        }
        guard groupRoles.count <= 500 else { throw Self.wrong("There may be 500 group_roles.", "group_roles") }
        for rule in groupRoles {
            try Self.check(rule.group, "group", 1...300)
            guard kind != .ldap || DistinguishedName.key(rule.group) != nil else {
                throw Self.wrong(
                    "A directory's groups are named in full, such as cn=physics,ou=groups,dc=example,dc=org.",
                    "group_roles")
            }
            guard rule.grant.scope.project == nil else {
                throw Self.wrong("A group has a role in a whole workspace or on the instance.", "group_roles")
            }
        }
        let keys = groupRoles.map { "\($0.grant.scope.workspaceKey) \(groupKey($0.group))" }
        guard Set(keys).count == keys.count else {
            throw Self.wrong("A group has one role in each workspace.", "group_roles")
        }
        guard groupRoles.isEmpty || !groupClaim.isEmpty else {
            throw Self.wrong("group_roles need a group_claim, in which the groups stand.", "group_claim")
        }
    }

    private static func isToken(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
    }

    private static func check(_ text: String, _ field: String, _ lengths: ClosedRange<Int>) throws(Failure) {
        guard lengths.contains(text.count), text.plain(1000) == text, text.trimmingCharacters(in: .whitespaces) == text
        else {
            throw wrong(
                "\(field) has \(lengths.lowerBound) to \(lengths.upperBound) characters, and no space at its ends.",
                field)
        }
    }

    private static func check(address text: String, _ field: String, _ egress: Egress) throws(Failure) {
        do throws(EgressError) {
            try egress.check(try EgressURL(text))
        } catch {
            throw wrong(
                "\(field) must be an https:// address at a usual port, without user, password or fragment. Others "
                    + "are for who runs the machine to allow (HALLEY_EGRESS_ALLOW).", field)
        }
    }

    static func wrong(_ message: String, _ field: String) -> Failure {
        Failure(.invalid, message, reason: "provider_invalid", detail: field)
    }
}

extension UUID {
    fileprivate static func < (left: UUID, right: UUID) -> Bool {
        left.byteArray.lexicographicallyPrecedes(right.byteArray)
    }
}
