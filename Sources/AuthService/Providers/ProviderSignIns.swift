import Foundation
import Model
import Sealing

/// Signing in through a provider: the authorization code flow with PKCE, and joining an identity to one's account.
struct ProviderSignIns: Sendable {
    let store: ProviderSignInStore
    let providers: ProviderStore
    let identities: IdentityStore
    let audit: AuditStore
    let throttle: Throttle
    let vault: ProviderVault
    let documents: ProviderDocuments
    let exchange: ProviderExchange
    let baseURL: String

    enum Departure: Sendable {
        /// Where the browser goes, and what it must bring back.
        case away(url: String, browser: OpaqueToken, expiresAt: Date)
        /// Nowhere: name and password of a directory are asked for here.
        case form(label: String)
    }

    /// How it goes on. With `access`, to join an identity to that account.
    /// Throws `.unavailable` when the provider does not answer.
    func begin(_ id: ID<Provider>, next: String, address: String, linking access: Access?) async throws -> Departure {
        // Another way into an account is not for a session that was left open.
        try access?.requireRecentProof()
        try await throttle.take([Throttle.departures(from: address)])
        guard let kept = try await providers.find(id), kept.provider.isEnabled else { throw Self.unknown }
        let provider = kept.provider
        guard provider.kind != .ldap else { return .form(label: provider.label) }
        let metadata: ProviderMetadata
        do throws(SignInRefusal) {
            metadata = try await documents.metadata(of: provider)
        } catch {
            try await audit.append(refusal(error.check, of: provider, by: nil, from: address))
            throw Failure(
                .unavailable,
                "\(provider.label) does not answer at the moment. Sign in with your password, or try later.",
                reason: "provider_unreachable")
        }
        let (state, browser) = (OpaqueToken.fresh(), OpaqueToken.fresh())
        let link = access.map { ProviderSignInStore.Link(account: $0.principal, session: $0.credential) }
        try await store.insert(state: state, browser: browser, provider: id, link: link, next: next.plain(2000))
        return .away(
            url: departure(from: metadata, provider, state), browser: browser,
            expiresAt: Date().addingTimeInterval(Double(ProviderSignInStore.minutesMax) * 60))
    }

    /// What the browser has brought back.
    struct Return: Sendable {
        let provider: ID<Provider>
        let browser: String
        let state: String
        let code: String
        /// RFC 9207.
        let issuer: String?
        let error: String
    }

    enum Outcome: Sendable {
        case signedIn(next: String)
        /// The account has a second factor, which is to be given first.
        case pending(PendingSignIn, next: String)
        case linked(next: String)
    }

    /// Throws `.unauthenticated` (`provider_sign_in_refused`) whichever check says no; the audit log knows which.
    func finish(_ back: Return, as access: Access?, beginning draft: Session.Draft) async throws -> Outcome {
        try await throttle.take([Throttle.departures(from: draft.address)])
        let kept = try await providers.find(back.provider)
        do {
            guard let kept, kept.provider.isEnabled else { throw SignInRefusal(.providerUnknown) }
            return try await arrive(back, kept, access, draft)
        } catch let refusal as SignInRefusal {
            try await audit.append(self.refusal(refusal.check, of: kept?.provider, by: access, from: draft.address))
            throw Failure(
                .unauthenticated,
                "This did not work. Try again; if it goes on like this, tell an administrator, who finds the reason "
                    + "in the audit log.", reason: "provider_sign_in_refused")
        }
    }

    private func arrive(
        _ back: Return, _ kept: ProviderStore.Kept, _ access: Access?, _ draft: Session.Draft
    ) async throws -> Outcome {
        let provider = kept.provider
        guard let state = OpaqueToken(presented: back.state) else { throw SignInRefusal(.stateUnknown) }
        guard let browser = OpaqueToken(presented: back.browser) else { throw SignInRefusal(.stateBrowser) }
        guard let begun = try await store.spend(state: state, browser: browser, provider: provider.id) else {
            throw SignInRefusal(try await store.refusal(state: state, browser: browser, provider: provider.id))
        }
        let metadata = try await documents.metadata(of: provider)
        try Self.check(back.issuer, of: provider, metadata)
        guard back.error.isEmpty else { throw SignInRefusal(.providerError) }
        guard !back.code.isEmpty, back.code.utf8.count <= 8192 else { throw SignInRefusal(.codeMissing) }
        let code = ProviderExchange.Code(
            text: back.code, redirectURI: redirectURI(of: provider.id),
            verifier: vault.derived("verifier", from: state),
            nonce: vault.derived("nonce", from: state))
        let secret = try vault.open(kept.secret, of: provider.id)
        let identity = try await exchange.identity(for: code, of: provider, secret: secret)
        if let link = begun.link {
            try await join(identity, of: provider, link, access, from: draft.address)
            return .linked(next: begun.next)
        }
        let there = try provider.kind == .oidc ? session(of: identity, at: provider.id) : nil
        let arrival = IdentityStore.Arrival(
            identity: identity, provider: provider, session: draft, there: there)
        switch try await identities.signIn(arrival) {
        case .session: return .signedIn(next: begun.next)
        case .pending(let pending): return .pending(pending, next: begun.next)
        }
    }

    /// The session that asked must be the one that is back: what was proven is joined to that account alone.
    private func join(
        _ identity: Identity, of provider: Provider, _ link: ProviderSignInStore.Link, _ access: Access?,
        from address: String
    ) async throws {
        guard let access, access.bySession, access.principal == link.account, access.credential == link.session else {
            throw SignInRefusal(.linkSession)
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), "identity.link", on: access.principal.text, address: address,
            detail: ["provider": provider.label, "provider_id": provider.id.text, "subject": identity.subject])
        guard try await identities.link(identity, of: provider, to: link.account, telling: event) else {
            throw SignInRefusal(.identityTaken)
        }
    }

    /// Who promises to name itself must; who is named must be the one that was asked (RFC 9207 §2.4).
    private static func check(
        _ issuer: String?, of provider: Provider, _ metadata: ProviderMetadata
    ) throws(SignInRefusal) {
        guard provider.kind == .oidc else { return }
        guard issuer.map({ $0 == provider.issuer }) ?? !metadata.namesItself else {
            throw SignInRefusal(.issuerParameter)
        }
    }

    private func session(of identity: Identity, at provider: ID<Provider>) throws -> ProviderSession {
        ProviderSession(
            provider: provider, subject: identity.tokenSubject.isEmpty ? identity.subject : identity.tokenSubject,
            sid: identity.sid,
            sealedToken: try vault.seal(token: identity.idToken, of: provider))
    }

    func redirectURI(of provider: ID<Provider>) -> String {
        "\(baseURL)/login/callback/\(provider.text)"
    }

    private func departure(from metadata: ProviderMetadata, _ provider: Provider, _ state: OpaqueToken) -> String {
        let challenge = SHA256.digest(of: vault.derived("verifier", from: state).utf8)
        var members = [
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", redirectURI(of: provider.id)),
            ("scope", provider.scopes.joined(separator: " ")), ("state", state.text),
            ("code_challenge", OpaqueToken.base64url(challenge)), ("code_challenge_method", "S256"),
        ]
        if provider.kind == .oidc { members.append(("nonce", vault.derived("nonce", from: state))) }
        let mark = metadata.authorizeURL.contains("?") ? "&" : "?"
        return metadata.authorizeURL + mark + FormText.joined(members)
    }

    private func refusal(
        _ check: SignInRefusal.Check, of provider: Provider?, by access: Access?, from address: String
    ) -> AuditEvent {
        AuditEvent(
            access.map { AuditEvent.Actor($0) } ?? .nobody, "session.sign_in", on: provider?.id.text ?? "",
            outcome: .refused,
            address: address, detail: ["provider": provider?.label ?? "", "check": check.rawValue])
    }

    private static let unknown = Failure(.notFound, "There is no such way to sign in.", reason: "provider_unknown")
}

extension Throttle {
    /// So that nobody fills the table of sign-ins that have begun; wide enough for a whole office at nine.
    static func departures(from address: String) -> Bucket {
        Bucket(key: SHA256.digest(of: "provider\n\(network(address))".utf8), burst: 6000)
    }
}
