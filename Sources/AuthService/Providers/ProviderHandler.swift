import AuthClient
import Directory
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ProviderHandler: Sendable {
    let providers: Providers
    let signIns: ProviderSignIns
    let resetsByMail: Bool

    func list(_ q: ListProvidersRequest, _ call: Call) async throws -> ListProvidersResponse {
        let entries = try await providers.list(as: call.requireAccess())
        return ListProvidersResponse.with { $0.providers = entries.map(record) }
    }

    func create(_ q: CreateProviderRequest, _ call: Call) async throws -> CreateProviderResponse {
        let access = try call.requireAccess()
        let entry = try await providers.create(
            try Provider(q.provider, id: .fresh()), secret: q.clientSecret, as: access)
        return CreateProviderResponse.with { $0.provider = record(entry) }
    }

    func change(_ q: ChangeProviderRequest, _ call: Call) async throws -> ChangeProviderResponse {
        let access = try call.requireAccess()
        let provider = try Provider(q.provider, id: try ID(wire: q.provider.id, "provider"))
        let entry = try await providers.change(provider, secret: q.clientSecret, as: access)
        return ChangeProviderResponse.with { $0.provider = record(entry) }
    }

    func delete(_ q: DeleteProviderRequest, _ call: Call) async throws -> Empty {
        try await providers.delete(try ID(wire: q.id, "provider"), as: call.requireAccess())
        return Empty()
    }

    func test(_ q: TestProviderRequest, _ call: Call) async throws -> TestProviderResponse {
        let steps = try await providers.test(try ID(wire: q.id, "provider"), as: call.requireAccess())
        return TestProviderResponse.with { response in
            response.steps = steps.map { step in
                .with {
                    $0.what = step.what
                    $0.ok = step.problem == nil
                    $0.message = step.problem ?? ""
                }
            }
        }
    }

    func offers(_ q: OfferedProvidersRequest, _ call: Call) async throws -> OfferedProvidersResponse {
        let offers = try await providers.offers()
        return OfferedProvidersResponse.with { response in
            response.resetsByMail = resetsByMail
            response.offers = offers.map { offer in
                .with { ($0.id, $0.label) = (offer.0.wire, offer.1) }
            }
        }
    }

    private func record(_ entry: ProviderEntry) -> ProviderRecord {
        let p = entry.provider
        return ProviderRecord.with { record in
            record.id = p.id.wire
            record.kind = p.kind.wire
            (record.label, record.enabled, record.issuer) = (p.label, p.isEnabled, p.issuer)
            (record.authorizeURL, record.tokenURL, record.userinfoURL) = (p.authorizeURL, p.tokenURL, p.userinfoURL)
            (record.clientID, record.hasSecret_p, record.scopes) = (p.clientID, entry.hasSecret, p.scopes)
            (record.subjectClaim, record.nameClaim) = (p.subjectClaim, p.nameClaim)
            (record.emailClaim, record.groupClaim) = (p.emailClaim, p.groupClaim)
            (record.createsAccounts, record.emailDomains) = (p.createsAccounts, p.emailDomains)
            record.factorValues = p.factorValues
            record.groupRoles = p.groupRoles.map { rule in
                .with { ($0.group, $0.grant) = (rule.group, rule.grant.claim) }
            }
            if let directory = p.directory { record.directory = directory.record }
            record.redirectUri = p.kind == .ldap ? "" : signIns.redirectURI(of: p.id)
            if p.kind == .oidc {
                record.signsOut = p.signsOut
                record.signOutUri = ProviderSignOuts.returnURI(signIns.baseURL)
                record.backChannelUri = ProviderSignOuts.backChannelURI(signIns.baseURL, of: p.id)
            }
            (record.createdMs, record.changedMs) = (entry.createdAt.wire, entry.changedAt.wire)
            record.identities = UInt32(clamping: entry.identities)
        }
    }
}

extension Provider {
    /// What is empty and has a usual value gets it.
    fileprivate init(_ record: ProviderRecord, id: ID<Provider>) throws(Failure) {
        let kind: Kind
        switch record.kind {
        case .providerOidc: kind = .oidc
        case .providerOauth2: kind = .oauth2
        case .providerLdap: kind = .ldap
        case .unspecified, .UNRECOGNIZED:
            throw Failure(.invalid, "kind is oidc, oauth2 or ldap.", reason: "provider_invalid")
        }
        let usuals = kind.usualClaims
        func usual(_ text: String, _ usual: String) -> String { text.isEmpty ? usual : text }
        var rules: [GroupRole] = []
        for rule in record.groupRoles {
            rules.append(GroupRole(group: rule.group, grant: try Grant(claim: rule.grant)))
        }
        self.init(
            id: id, kind: kind, label: record.label, isEnabled: record.enabled, issuer: record.issuer,
            authorizeURL: record.authorizeURL, tokenURL: record.tokenURL, userinfoURL: record.userinfoURL,
            clientID: record.clientID,
            scopes: record.scopes.isEmpty && kind == .oidc ? ["openid", "profile", "email"] : record.scopes,
            subjectClaim: usual(record.subjectClaim, usuals.subject),
            nameClaim: usual(record.nameClaim, usuals.name),
            emailClaim: usual(record.emailClaim, usuals.email), groupClaim: record.groupClaim,
            createsAccounts: record.createsAccounts, emailDomains: record.emailDomains.map { $0.lowercased() },
            factorValues: record.factorValues, groupRoles: rules,
            signsOut: record.signsOut && kind == .oidc,
            directory: kind == .ldap ? DirectorySettings(record.directory) : nil)
    }
}

extension Provider.Kind {
    fileprivate var wire: ProviderKind {
        switch self {
        case .oidc: .providerOidc
        case .oauth2: .providerOauth2
        case .ldap: .providerLdap
        }
    }

    /// Of OpenID Connect, of GitHub, and of OpenLDAP.
    fileprivate var usualClaims: (subject: String, name: String, email: String) {
        switch self {
        case .oidc: ("sub", "preferred_username", "email")
        case .oauth2: ("id", "login", "email")
        case .ldap: ("entryUUID", "uid", "mail")
        }
    }
}

extension DirectorySettings {
    fileprivate init(_ record: DirectoryRecord) {
        self.init(
            url: record.url, startTLS: record.startTls, authority: record.certificateAuthority, bindDN: record.bindDn,
            baseDN: record.baseDn, userFilter: record.userFilter, groupBaseDN: record.groupBaseDn,
            groupFilter: record.groupFilter)
    }

    fileprivate var record: DirectoryRecord {
        DirectoryRecord.with {
            ($0.url, $0.startTls, $0.certificateAuthority) = (url, startTLS, authority)
            ($0.bindDn, $0.baseDn, $0.userFilter) = (bindDN, baseDN, userFilter)
            ($0.groupBaseDn, $0.groupFilter) = (groupBaseDN, groupFilter)
        }
    }
}
