import Directory
import Foundation
import Model
import Postgres

extension Provider {
    static let tables: SQL = "auth.providers p LEFT JOIN auth.directories d ON d.provider_id = p.id"
    static let columns: SQL = """
        p.id, p.kind, p.label, p.enabled, p.issuer, p.authorize_url, p.token_url, p.userinfo_url, p.client_id, p.scopes,
        p.subject_claim, p.name_claim, p.email_claim, p.group_claim, p.creates_accounts, p.email_domains,
        p.factor_values, p.signs_out,
        ARRAY(SELECT r.group_name FROM auth.provider_roles r WHERE r.provider_id = p.id
               ORDER BY r.workspace_id, r.group_name),
        ARRAY(SELECT r.workspace_id FROM auth.provider_roles r WHERE r.provider_id = p.id
               ORDER BY r.workspace_id, r.group_name),
        ARRAY(SELECT r.role FROM auth.provider_roles r WHERE r.provider_id = p.id
               ORDER BY r.workspace_id, r.group_name),
        d.url, d.start_tls, d.authority, d.bind_dn, d.base_dn, d.user_filter, d.group_base_dn, d.group_filter
        """

    init(row: inout Row) throws {
        let id: UUID = try row.read()
        let (kind, label, isEnabled): (String, String, Bool) = (try row.read(), try row.read(), try row.read())
        let (issuer, authorize, token): (String, String, String) = (try row.read(), try row.read(), try row.read())
        let (userinfo, client, scopes): (String, String, [String]) = (try row.read(), try row.read(), try row.read())
        let (subject, name, email): (String, String, String) = (try row.read(), try row.read(), try row.read())
        let (group, creates, domains): (String, Bool, [String]) = (try row.read(), try row.read(), try row.read())
        let (factors, signsOut): ([String], Bool) = (try row.read(), try row.read())
        let groups: [String] = try row.read()
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
            emailDomains: domains, factorValues: factors, groupRoles: rules,
            signsOut: signsOut, directory: try DirectorySettings(row: &row))
    }
}

extension DirectorySettings {
    /// `nil` where there is none.
    fileprivate init?(row: inout Row) throws {
        let (url, startTLS): (String?, Bool?) = (try row.read(), try row.read())
        let (authority, bind, base): (String?, String?, String?) = (try row.read(), try row.read(), try row.read())
        let (user, groupBase, group): (String?, String?, String?) = (try row.read(), try row.read(), try row.read())
        guard let url, let startTLS, let authority, let bind, let base, let user, let groupBase, let group else {
            return nil
        }
        self.init(
            url: url, startTLS: startTLS, authority: authority, bindDN: bind, baseDN: base, userFilter: user,
            groupBaseDN: groupBase, groupFilter: group)
    }
}
