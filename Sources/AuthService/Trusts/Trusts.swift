import AuthClient
import Egress
import Foundation
import Model

/// Keys without a secret at rest: the token that a CI job gets from its own service is exchanged for a short key
/// (RFC 8693), if a rule of a service account trusts it.
struct Trusts: Sendable {
    let store: TrustStore
    let keys: APIKeys
    let audit: AuditStore
    let throttle: Throttle
    let documents: ProviderDocuments
    let egress: Egress

    func create(_ trust: Trust, as access: Access) async throws {
        try access.requireRecentProof()
        let account = try await cared(trust.account, as: access)
        try trust.check(egress)
        let actor = AuditEvent.Actor(access)
        let event = AuditEvent(
            actor, "trust.create", in: account.home, on: trust.id.text,
            detail: [
                "owner": account.id.text, "name": trust.label, "issuer": trust.issuer,
                "rules": trust.rules.map { "\($0.claim)=\($0.pattern)" }.joined(separator: " "),
            ])
        guard try await store.insert(trust, by: actor, telling: event) else {
            throw Failure(
                .exhausted, "There are \(Trust.countMaxOfAccount) rules already. Remove some first.",
                reason: "too_many_trusts")
        }
    }

    func list(of account: ID<Account>, as access: Access) async throws -> [Trust] {
        try await store.list(of: cared(account, as: access).id)
    }

    func delete(_ id: ID<Trust>, as access: Access) async throws {
        try access.requireSession("Rules are removed in a browser session.")
        let none = Failure(.notFound, "There is no such rule, or you may not see it.")
        guard let trust = try await store.find(id) else { throw none }
        let account: AccountEntry
        do {
            account = try await cared(trust.account, as: access)
        } catch let failure as Failure where failure.code == .notFound {
            throw none
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), "trust.delete", in: account.home, on: id.text,
            detail: ["owner": account.id.text, "name": trust.label])
        guard try await store.delete(id, telling: event) else { throw none }
    }

    /// Throws `.unauthenticated` (`token_untrusted`) whichever check says no; the audit log knows which.
    func exchange(_ text: String, for account: ID<Account>?, from address: String) async throws
        -> (key: APIKey, secret: String)
    {
        try await throttle.take([Throttle.departures(from: address)])
        do {
            return try await issue(text, for: account, from: address)
        } catch let refusal as SignInRefusal {
            try await audit.append(
                AuditEvent(
                    .nobody, "trust.exchange", on: account?.text ?? "", outcome: .refused, address: address,
                    detail: ["check": refusal.check.rawValue]))
            throw Failure(
                .unauthenticated,
                "This token is not trusted here. The audit log says why; its issuer, audience and claims must fit a "
                    + "rule of a service account.", reason: "token_untrusted")
        }
    }

    /// Nothing that a token says counts before its signature holds: but for whose keys to read, which rules name.
    private func issue(_ text: String, for account: ID<Account>?, from address: String) async throws
        -> (key: APIKey, secret: String)
    {
        let token = try IDToken(text)
        let issuer = token.claims.text("iss") ?? ""
        let trusts = try await store.list(from: issuer).filter { account == nil || $0.account == account }
        guard !trusts.isEmpty else { throw SignInRefusal(.idTokenIssuer) }
        try token.check(signedBy: await documents.key(of: token, issuedBy: issuer))
        try token.checkTimes(now: Date())
        let meant = trusts.filter { token.claims["aud"]?.texts?.contains($0.audience) ?? false }
        guard !meant.isEmpty else { throw SignInRefusal(.idTokenAudience) }
        guard let trust = meant.first(where: { $0.rules.allSatisfy { $0.fits(token.claims) } }) else {
            throw SignInRefusal(.claimsDoNotFit)
        }
        guard let owner = try await keys.accounts.find(trust.account) else { throw SignInRefusal(.accountUnknown) }
        let draft = try APIKey.Draft(
            name: trust.label, limits: Access.Limits(actions: trust.actions),
            expiresAt: Date().addingTimeInterval(Double(trust.keySeconds)), for: .serviceAccount)
        let event = AuditEvent(
            AuditEvent.Actor(id: owner.id.uuid, name: owner.name), "key.create", in: owner.home, on: draft.id.text,
            address: address,
            detail: [
                "name": draft.name, "key": draft.text.kind.tag + draft.text.id, "owner": owner.id.text,
                "by": trust.id.text, "subject": (token.claims.text("sub") ?? "").plain(300),
            ])
        let seal = try keys.seal(draft, of: owner.id, by: owner.id, under: trust.id)
        guard try await store.issue(draft, seal, by: trust, telling: event) else {
            throw Failure(
                .exhausted, "This rule has \(Trust.keysMax) keys alive, or its account is out of use.",
                reason: "too_many_keys")
        }
        return (draft.made, draft.handedOut(baseURL: keys.baseURL))
    }

    /// The service account, if the caller looks after it.
    private func cared(_ id: ID<Account>, as access: Access) async throws -> AccountEntry {
        guard let account = try await keys.accounts.find(id), access.looksAfter(account) else {
            throw Failure(.notFound, "There is no such service account, or you do not look after it.")
        }
        return account
    }
}
