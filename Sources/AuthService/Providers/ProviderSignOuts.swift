import Foundation
import Model
import Sealing

/// Signing out here and at a provider, whichever comes first.
struct ProviderSignOuts: Sendable {
    let store: ProviderSessionStore
    let providers: ProviderStore
    let audit: AuditStore
    let throttle: Throttle
    let vault: ProviderVault
    let documents: ProviderDocuments
    let baseURL: String

    /// With what signing in there is done with.
    init(store: ProviderSessionStore, after signIns: ProviderSignIns) {
        self.store = store
        (providers, audit, throttle) = (signIns.providers, signIns.audit, signIns.throttle)
        (vault, documents, baseURL) = (signIns.vault, signIns.documents, signIns.baseURL)
    }

    /// Where somebody goes on to sign out at the provider that this session, which has just ended, came from (OpenID
    /// Connect RP-Initiated Logout 1.0 §2). `nil`: nowhere; a provider that does not answer keeps nobody signed in.
    func departure(of session: ID<Credential>) async throws -> String? {
        guard let known = try await store.departure(of: session), let kept = try await providers.find(known.provider),
            let there = try? await documents.metadata(of: kept.provider).endSessionURL
        else { return nil }
        var members = [
            ("client_id", kept.provider.clientID), ("post_logout_redirect_uri", Self.returnURI(baseURL)),
        ]
        if let token = try? vault.open(token: known.sealedToken, of: known.provider), !token.bytes.isEmpty {
            members.append(("id_token_hint", String(decoding: token.bytes, as: UTF8.self)))
        }
        return there + (there.contains("?") ? "&" : "?") + FormText.joined(members)
    }

    /// A provider says that somebody has signed out there: their sessions from there end here, keys stay.
    /// Throws `.invalid`, reason `invalid_request`, whichever check says no; the audit log knows which.
    func end(_ id: ID<Provider>, by text: String, from address: String) async throws {
        try await throttle.take([Throttle.departures(from: address)])
        let kept = try await providers.find(id)
        do {
            guard let provider = kept?.provider, provider.isEnabled, provider.kind == .oidc else {
                throw SignInRefusal(.providerUnknown)
            }
            let token = try await believed(text, provider)
            let event = AuditEvent(
                .nobody, "session.end", on: provider.id.text, address: address,
                detail: [
                    "provider": provider.label, "which": token.sid.isEmpty ? "all of a person" : "one there",
                    "subject": token.subject,
                ])
            guard try await store.end(token, of: provider, telling: event) != nil else {
                throw SignInRefusal(.logoutTokenUsed)
            }
        } catch let refusal as SignInRefusal {
            try await audit.append(
                AuditEvent(
                    .nobody, "session.end", on: kept?.provider.id.text ?? "", outcome: .refused, address: address,
                    detail: ["provider": kept?.provider.label ?? "", "check": refusal.check.rawValue]))
            throw Failure(.invalid, "This logout token is not believed.", reason: "invalid_request")
        }
    }

    private func believed(_ text: String, _ provider: Provider) async throws(SignInRefusal) -> LogoutToken {
        let token = try IDToken(text)
        guard let keysURL = try await documents.metadata(of: provider).keysURL else { throw SignInRefusal(.idTokenKey) }
        try token.check(signedBy: try await documents.key(of: token, provider.id, at: keysURL))
        return try LogoutToken(token, issuer: provider.issuer, client: provider.clientID)
    }

    static func returnURI(_ baseURL: String) -> String { "\(baseURL)/login" }

    static func backChannelURI(_ baseURL: String, of provider: ID<Provider>) -> String {
        "\(baseURL)/oauth/logout/\(provider.text)"
    }
}
