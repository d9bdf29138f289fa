import Directory
import Foundation
import Model
import Sealing

/// Signing in with the name and password of a directory, and joining who that is to one's account.
struct DirectorySignIns: Sendable {
    /// A refusal takes a whole number of these: how long a directory thought about it says nothing.
    static let beat: Duration = .milliseconds(400)

    let providers: ProviderStore
    let identities: IdentityStore
    let audit: AuditStore
    let tries: Tries
    let vault: ProviderVault
    let directory: Directory

    /// What somebody has typed.
    struct Attempt: Sendable {
        let provider: ID<Provider>
        let name: String
        let password: String
        let address: String
    }

    /// Throws `.unauthenticated`: `sign_in_refused` for an unknown name and a wrong password alike, and
    /// `provider_sign_in_refused` for who may not come in all the same; `.unavailable` (`provider_unreachable`) when
    /// the directory does not answer. The audit log knows which check said so.
    func signIn(_ attempt: Attempt, beginning draft: Session.Draft) async throws -> SignInOutcome {
        try await judged(attempt, in: draft.browser, by: nil) { identity, provider, pardon in
            let outcome = try await identities.signIn(
                .init(identity: identity, provider: provider, session: draft, pardon: pardon))
            if case .session = outcome { try await tries.succeed(pardon, beginning: draft) }
            return outcome
        }
    }

    /// Another way into the account, which is not for a session that was left open.
    func join(_ attempt: Attempt, as access: Access) async throws {
        try access.requireRecentProof()
        try await judged(attempt, in: nil, by: access) { identity, provider, pardon in
            let event = AuditEvent(
                AuditEvent.Actor(access), "identity.link", on: access.principal.text, address: attempt.address,
                detail: ["provider": provider.label, "provider_id": provider.id.text, "subject": identity.subject])
            guard try await identities.link(identity, of: provider, to: access.principal, telling: event) else {
                throw SignInRefusal(.identityTaken)
            }
            try await tries.store.settle(pardon, clearing: nil)
        }
    }

    private func judged<T: Sendable>(
        _ attempt: Attempt, in browser: KnownBrowser.Draft?, by access: Access?,
        _ work: (Identity, Provider, Try.Pardon) async throws -> T
    ) async throws -> T {
        guard let kept = try await providers.find(attempt.provider), kept.provider.isEnabled,
            kept.provider.kind == .ldap
        else { throw Failure(.notFound, "There is no such way to sign in.", reason: "provider_unknown") }
        let counted = try await tries.take(
            attempt.name.plain(1000), in: attempt.provider, from: attempt.address, by: browser)
        let began = ContinuousClock.now
        do {
            return try await work(try await identity(attempt, kept), kept.provider, counted.pardon)
        } catch let refusal as SignInRefusal {
            if refusal.check.isAbsence { await tries.giveBack(counted) }
            try await audit.append(event(refusal, of: kept.provider, by: access, from: attempt.address))
            let beats = ((ContinuousClock.now - began) / Self.beat).rounded(.up)
            try await Task.sleep(until: began + Self.beat * beats)
            throw Self.answer(refusal.check, kept.provider)
        }
    }

    private func identity(_ attempt: Attempt, _ kept: ProviderStore.Kept) async throws(SignInRefusal) -> Identity {
        let question = try kept.question(vault)
        let entry: DirectoryEntry
        do throws(DirectoryError) {
            entry = try await directory.prove(attempt.name, password: attempt.password, by: question)
        } catch {
            throw SignInRefusal(error)
        }
        return try Identity(entry, of: kept.provider)
    }

    private static func answer(_ check: SignInRefusal.Check, _ provider: Provider) -> Failure {
        switch check {
        case .userUnknown, .userAmbiguous, .passwordWrong:
            Failure(.unauthenticated, "The name or the password is wrong.", reason: "sign_in_refused")
        case _ where check.isAbsence:
            Failure(
                .unavailable,
                "\(provider.label) does not answer at the moment. Sign in with your password of here, or try later.",
                reason: "provider_unreachable")
        default:
            Failure(
                .unauthenticated,
                "This did not work. Try again; if it goes on like this, tell an administrator, who finds the reason "
                    + "in the audit log.", reason: "provider_sign_in_refused")
        }
    }

    private func event(
        _ refusal: SignInRefusal, of provider: Provider, by access: Access?, from address: String
    ) -> AuditEvent {
        AuditEvent(
            access.map { AuditEvent.Actor($0) } ?? .nobody, access == nil ? "session.sign_in" : "identity.link",
            on: provider.id.text, outcome: .refused, address: address,
            detail: ["provider": provider.label, "check": refusal.check.rawValue])
    }
}

extension SignInRefusal.Check {
    /// The directory has judged nothing.
    fileprivate var isAbsence: Bool {
        switch self {
        case .directoryUnreachable, .directoryUntrusted, .directoryNotAdmitted, .directoryNotAnswered: true
        default: false
        }
    }
}

extension ProviderStore.Kept {
    /// What is to be asked of the directory.
    func question(_ vault: ProviderVault) throws(SignInRefusal) -> DirectoryQuestion {
        guard let settings = provider.directory else { throw SignInRefusal(.providerUnknown) }
        let p = provider
        do {
            // Of who was here before: a name that is no longer said needs no password.
            let secret = settings.bindDN.isEmpty ? [] : try vault.open(self.secret, of: p.id).bytes
            return try DirectoryQuestion(
                settings, secret: secret, attributes: [p.subjectClaim, p.nameClaim, p.emailClaim, p.groupClaim],
                name: p.nameClaim, groups: p.groupClaim)
        } catch {
            throw SignInRefusal(.directoryNotAdmitted)
        }
    }
}
