import AuthClient
import Foundation
import Model
import SwiftProtobuf
import WireMessages

/// A provider as the command line tells of it, in the words of the API.
struct ShownProvider: Encodable {
    let id: String
    let kind: String
    let label: String
    let enabled: Bool
    let place: String
    let clientID: String
    let hasSecret: Bool
    let scopes: [String]
    let redirectURI: String
    let subjectClaim: String
    let groupClaim: String
    let createsAccounts: Bool
    let signsOut: Bool
    let signOutURI: String
    let backChannelURI: String
    let emailDomains: [String]
    let groupRoles: Int
    let identities: Int

    init(_ provider: ProviderRecord) {
        (id, kind, label, enabled) = (provider.idText, provider.kind.text, provider.label, provider.enabled)
        (place, clientID, hasSecret) = (provider.place, provider.clientID, provider.hasSecret_p)
        (scopes, redirectURI, subjectClaim) = (provider.scopes, provider.redirectUri, provider.subjectClaim)
        (groupClaim, createsAccounts) = (provider.groupClaim, provider.createsAccounts)
        (emailDomains, groupRoles) = (provider.emailDomains, provider.groupRoles.count)
        identities = Int(provider.identities)
        (signsOut, signOutURI, backChannelURI) = (provider.signsOut, provider.signOutUri, provider.backChannelUri)
    }

    var text: String {
        let accounts = createsAccounts ? "made for who comes for the first time" : "made by hand"
        let domains = emailDomains.isEmpty ? "" : ", with an address in \(emailDomains.joined(separator: ", "))"
        let groups = groupClaim.isEmpty ? "not looked at" : "\(groupRoles) of them bring a role, by \(groupClaim)"
        let lines = [
            ("label", label), ("id", id), ("kind", kind), ("state", enabled ? "on" : "off"), ("where", place),
            ("client id", clientID), ("client secret", hasSecret ? "kept" : "none"),
            ("scopes", scopes.joined(separator: " ")), ("redirect to", redirectURI),
            ("sign-out", signsOut ? "there, too; back to \(signOutURI)" : ""), ("back-channel", backChannelURI),
            ("told apart by", subjectClaim),
            ("accounts", "\(identities) joined; \(accounts)\(domains)"), ("groups", groups),
        ]
        return lines.filter { !$0.1.isEmpty }.map {
            "\($0.0.padding(toLength: 14, withPad: " ", startingAt: 0))  \($0.1)"
        }
        .joined(separator: "\n")
    }

    enum CodingKeys: String, CodingKey {
        case id, kind, label, enabled, place, scopes, identities
        case clientID = "client_id"
        case hasSecret = "has_secret"
        case redirectURI = "redirect_uri"
        case subjectClaim = "subject_claim"
        case groupClaim = "group_claim"
        case createsAccounts = "creates_accounts"
        case signsOut = "signs_out"
        case signOutURI = "sign_out_uri"
        case backChannelURI = "back_channel_uri"
        case emailDomains = "email_domains"
        case groupRoles = "group_roles"
    }
}

extension ProviderKind {
    var text: String {
        switch self {
        case .providerOauth2: "oauth2"
        case .providerLdap: "ldap"
        default: "oidc"
        }
    }
}

extension ProviderRecord {
    var idText: String { ID<ProviderRecord>(bytes: id)?.text ?? "" }
    var state: String { enabled ? "on" : "off" }
    var place: String {
        if kind == .providerLdap { return directory.url }
        return issuer.isEmpty ? authorizeURL : issuer
    }
}
