import AuthClient
import Foundation
import Model
import SwiftProtobuf
import WireMessages

/// The form of a provider, and back.
enum ProviderForm {
    private static let emptyRows = 3

    struct Rule {
        let group: String
        let workspace: String
        let role: String
    }

    static func title(of kind: ProviderKind) -> String {
        switch kind {
        case .providerLdap: "LDAP"
        case .providerOauth2: "OAuth 2"
        case .providerOidc, .unspecified, .UNRECOGNIZED: "OpenID Connect"
        }
    }

    static func place(of provider: ProviderRecord) -> String {
        switch provider.kind {
        case .providerLdap: provider.directory.url
        case .providerOauth2: provider.authorizeURL
        case .providerOidc, .unspecified, .UNRECOGNIZED: provider.issuer
        }
    }

    /// What the form of a new provider begins with.
    static func draft(_ kind: ProviderKind) -> ProviderRecord {
        var draft = ProviderFields.blank(kind)
        switch kind {
        case .providerLdap:
            (draft.subjectClaim, draft.nameClaim, draft.emailClaim) = ("entryUUID", "uid", "mail")
            draft.directory.userFilter = "(&(objectClass=person)(uid={name}))"
        case .providerOauth2:
            (draft.subjectClaim, draft.nameClaim, draft.emailClaim) = ("id", "login", "email")
        case .providerOidc, .unspecified, .UNRECOGNIZED:
            draft.scopes = ["openid", "profile", "email"]
            (draft.subjectClaim, draft.nameClaim, draft.emailClaim) = ("sub", "preferred_username", "email")
        }
        return draft
    }

    /// `record` with what the form says in its place. What identities rest on stands in the form of a new one only.
    static func record(_ form: Query, over record: ProviderRecord) -> ProviderRecord {
        var changed = record
        if record.id.isEmpty {
            changed.issuer = form["issuer"].trimmed
            changed.authorizeURL = form["authorize_url"].trimmed
            changed.tokenURL = form["token_url"].trimmed
            changed.userinfoURL = form["userinfo_url"].trimmed
            changed.subjectClaim = form["subject_claim"].trimmed
            if record.kind == .providerLdap { changed.directory.baseDn = form["base_dn"].trimmed }
        }
        if record.kind == .providerLdap { changed.directory = directory(form, over: changed.directory) }
        changed.label = form["label"].trimmed
        changed.clientID = form["client_id"].trimmed
        changed.nameClaim = form["name_claim"].trimmed
        changed.emailClaim = form["email_claim"].trimmed
        changed.groupClaim = form["group_claim"].trimmed
        changed.scopes = words(form["scopes"])
        changed.emailDomains = words(form["email_domains"])
        changed.factorValues = words(form["factor_values"])
        changed.enabled = form["enabled"] == "on"
        changed.createsAccounts = form["creates_accounts"] == "on"
        changed.signsOut = form["signs_out"] == "on"
        return changed
    }

    private static func directory(_ form: Query, over record: DirectoryRecord) -> DirectoryRecord {
        var changed = record
        changed.url = form["url"].trimmed
        changed.startTls = form["start_tls"] == "on"
        // Forms end lines with CR LF.
        changed.certificateAuthority = form["certificate_authority"].replacing("\r\n", with: "\n").trimmed
        changed.bindDn = form["bind_dn"].trimmed
        changed.userFilter = form["user_filter"].trimmed
        changed.groupBaseDn = form["group_base_dn"].trimmed
        changed.groupFilter = form["group_filter"].trimmed
        return changed
    }

    /// Rows of which a group is named.
    static func rules(_ form: Query) -> [Rule] {
        let (groups, workspaces, roles) = (form.all("group"), form.all("workspace"), form.all("role"))
        guard groups.count == workspaces.count, groups.count == roles.count else { return [] }
        return groups.indices.map {
            Rule(group: groups[$0].trimmed, workspace: workspaces[$0].trimmed, role: roles[$0])
        }
        .filter { !$0.group.isEmpty }
    }

    static func rules(of provider: ProviderRecord, _ names: [Data: String]) -> [Rule] {
        provider.groupRoles.map { rule in
            Rule(
                group: rule.group, workspace: rule.grant.workspaceID.isEmpty ? "" : rule.workspaceName(names),
                role: Role(rule.grant.role)?.rawValue ?? "")
        }
    }

    private struct Row {
        let group: String
        let workspace: String
        let roles: [Choice]
    }

    private struct Choice {
        let name: String
        let isChosen: Bool
    }

    static func model(_ provider: ProviderRecord, _ rules: [Rule]) -> [String: Any] {
        let empty = [Rule](repeating: Rule(group: "", workspace: "", role: "viewer"), count: emptyRows)
        let rows = (rules + empty).map { rule in
            Row(
                group: rule.group, workspace: rule.workspace,
                roles: Role.allCases.map { Choice(name: $0.rawValue, isChosen: $0.rawValue == rule.role) })
        }
        let d = provider.directory
        let members: [String: Any] = [
            "kind": ProviderFields.name(of: provider.kind), "isOIDC": provider.kind == .providerOidc,
            "isOAuth2": provider.kind == .providerOauth2, "label": provider.label, "issuer": provider.issuer,
            "authorizeURL": provider.authorizeURL, "tokenURL": provider.tokenURL, "userinfoURL": provider.userinfoURL,
            "clientID": provider.clientID, "hasSecret": provider.hasSecret_p,
            "scopes": provider.scopes.joined(separator: " "), "subjectClaim": provider.subjectClaim,
            "nameClaim": provider.nameClaim, "emailClaim": provider.emailClaim, "groupClaim": provider.groupClaim,
            "createsAccounts": provider.createsAccounts, "enabled": provider.enabled,
            "emailDomains": provider.emailDomains.joined(separator: " "),
            "factorValues": provider.factorValues.joined(separator: " "), "rules": rows,
            "redirectURI": provider.redirectUri, "signOutURI": provider.signOutUri,
            "backChannelURI": provider.backChannelUri, "signsOut": provider.signsOut,
            "identities": Int(provider.identities),
        ]
        guard provider.kind == .providerLdap else { return members }
        return members.merging([
            "isLDAP": true, "url": d.url, "startTLS": d.startTls, "authority": d.certificateAuthority,
            "bindDN": d.bindDn, "baseDN": d.baseDn, "userFilter": d.userFilter, "groupBaseDN": d.groupBaseDn,
            "groupFilter": d.groupFilter,
        ]) { $1 }
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
