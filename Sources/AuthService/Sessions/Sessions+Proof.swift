import Foundation
import Model
import Sealing

/// The second step of signing in, and proving oneself again.
extension Sessions {
    /// Goes on after the first proof, whatever it was: begins the session or, for who has a second factor, a sign-in
    /// that waits for it. Tries are forgiven with the session only: who has stolen a password guesses no further.
    func admit(
        _ account: ID<Account>, named name: String, beginning draft: Session.Draft, pardon: Try.Pardon
    ) async throws -> SignInOutcome {
        let actor = AuditEvent.Actor(id: account.uuid, name: name)
        guard try await judge.store.find(of: account) == nil else {
            let pending = PendingSignIn()
            let event = AuditEvent(actor, "session.first_step", on: account.text, address: draft.address)
            try await self.pending.insert(pending, for: account, pardon: pardon, telling: event)
            return .pending(pending)
        }
        let event = AuditEvent(
            actor, "session.sign_in", on: draft.id.text, address: draft.address, detail: ["second_factor": "none"])
        try await store.begin(draft, for: account, telling: event)
        try await tries.succeed(pardon, beginning: draft)
        return .session
    }

    /// Turns a sign-in that waits into a session; the name of whose it is.
    func finish(
        _ presented: String, with proof: Factor.Proof?, beginning draft: Session.Draft
    ) async throws -> String {
        guard let token = OpaqueToken(presented: presented), let taken = try await pending.take(token) else {
            throw Self.pendingUnknown
        }
        let evidence = try await judge.judge(proof, of: taken.account, named: taken.name, from: draft.address)
        let event = AuditEvent(
            AuditEvent.Actor(id: taken.account.uuid, name: taken.name), "session.sign_in", on: draft.id.text,
            address: draft.address, detail: ["second_factor": evidence.word])
        let finished = try await pending.finish(
            taken, with: evidence, beginning: draft, now: judge.now(), telling: event)
        guard finished else {
            throw try await judge.refuse(evidence, of: taken.account, named: taken.name, from: draft.address)
        }
        try await tries.succeed(taken.pardon, beginning: draft)
        return taken.name
    }

    /// Proves the caller's session anew, by the password and the second factor of who has one. It goes on under
    /// another token; the one before is dead.
    func reauthenticate(
        password: String, _ proof: Factor.Proof?, from address: String, as access: Access
    ) async throws -> (token: OpaqueToken, expiresAt: Date) {
        try access.requireSession("Only a session is proven again.")
        let (lock, pardon) = try await check(password, from: address, as: access)
        let evidence = try await judge.judge(proof, of: lock.account, named: lock.name, from: address)
        let event = AuditEvent(
            AuditEvent.Actor(access), "session.reauthenticate", on: access.credential.text, address: address,
            detail: ["second_factor": evidence.word])
        let token = OpaqueToken.fresh()
        let expiresAt = try await store.rotate(
            access.credential, to: token, with: evidence, now: judge.now(), telling: event)
        guard let expiresAt else {
            throw try await judge.refuse(evidence, of: lock.account, named: lock.name, from: address)
        }
        try await tries.store.settle(pardon, clearing: lock.account)
        return (token, expiresAt)
    }

    /// A new password, for who knows the one before. Who has a second factor must have been proven recently, too. The
    /// account's other sessions, and its one-time links, end.
    func changePassword(
        _ current: String, to new: String, policy: PasswordPolicy, from address: String, as access: Access
    ) async throws {
        try access.requireSession("A password is changed in a browser session.")
        if access.assurance.hasSecondFactor { try access.requireRecentProof() }
        let (lock, pardon) = try await check(current, from: address, as: access)
        try policy.check(new, context: [lock.name, "halley"])
        let hash = try await hasher.answering { hasher in try await hasher.hash(new) }
        let event = AuditEvent(
            AuditEvent.Actor(access), "password.change", on: access.principal.text, address: address)
        try await accounts.change(hash, of: access.principal, keeping: access.credential, telling: event)
        try await tries.store.settle(pardon, clearing: lock.account)
    }

    /// Whether that is the caller's password. Tries are counted on the session, so that nobody else uses them up, and
    /// among the failures of the account.
    private func check(
        _ password: String, from address: String, as access: Access
    ) async throws -> (AccountStore.Lock, Try.Pardon) {
        guard let lock = try await accounts.lock(of: access.principal), let hash = lock.hash else {
            throw Failure(
                .forbidden, "Your account has no password here. Sign out, and in again the way you always do.",
                reason: "password_missing")
        }
        let attempt = try await tries.take(lock.account, in: access.credential)
        let isShort = password.utf8.count <= 4 * PasswordLength.charactersMax
        guard try await isRight(isShort ? password : "", attempt, hash) else {
            let event = AuditEvent(
                AuditEvent.Actor(access), "session.reauthenticate", on: access.credential.text, outcome: .refused,
                address: address, detail: ["why": "wrong password"])
            try await audit.append(event)
            throw Failure(.unauthenticated, "The password is wrong.", reason: "password_refused")
        }
        try await tries.store.release(lock.account)
        return (lock, attempt.pardon)
    }

    private static let pendingUnknown = Failure(
        .unauthenticated, "This sign-in took too long, or is over. Begin again with your password.",
        reason: "sign_in_expired")
}
