import Foundation
import Model
import Sealing

struct Sessions: Sendable {
    let store: SessionStore
    let pending: PendingStore
    let judge: FactorJudge
    let accounts: AccountStore
    let audit: AuditStore
    let tries: Tries
    let hasher: PasswordHasher
    let mint: AccessMint
    let csrfKey: Secret
    let lastUse: LastUse

    /// Begins a session or, for who has a second factor, a sign-in that waits for it. An unknown name, an account
    /// without a password, one that takes none any more, and a wrong password get the same answer after the same work.
    func signIn(name: String, password: String, beginning draft: Session.Draft) async throws -> SignInOutcome {
        guard name.utf8.count <= 1000, password.utf8.count <= 4 * PasswordLength.charactersMax else {
            throw Self.refused
        }
        let key = name.plain(1000).accountKey
        let lock = try await accounts.lock(of: key, by: draft.browser)
        let attempt = try await tries.take(key, of: lock, from: draft.address)
        guard try await isRight(password, attempt, lock?.hash), let lock else {
            try await audit.append(refusal(attempt, of: lock, from: draft.address))
            throw Self.refused
        }
        let outcome = try await admit(lock.account, named: lock.name, beginning: draft, pardon: attempt.pardon)
        try await strengthen(lock, password)
        return outcome
    }

    /// Whose session it is, as sealed access, and the token that its forms must carry.
    func authenticate(_ presented: String) async throws -> (access: [UInt8], csrf: String) {
        guard let token = OpaqueToken(presented: presented), let session = try await store.find(token) else {
            throw Failure(.unauthenticated, "This session is not known.", reason: "session_unknown")
        }
        guard session.isAlive else {
            throw Failure(.unauthenticated, "This session has ended.", reason: "session_expired")
        }
        lastUse.mark(session.id, address: "", client: "")
        let access = try mint.seal(
            session.principal, credential: session.id, bySession: true, assurance: session.assurance)
        return (access, csrf(of: token))
    }

    /// Ends a session; answers which, if this call has ended it.
    func signOut(_ presented: String) async throws -> ID<Credential>? {
        guard let token = OpaqueToken(presented: presented), let session = try await store.find(token) else {
            return nil
        }
        let actor = AuditEvent.Actor(id: session.principal.id.uuid, name: session.principal.name)
        let isEnded = try await store.end(token, telling: AuditEvent(actor, "session.sign_out", on: session.id.text))
        return isEnded ? session.id : nil
    }

    private func csrf(of token: OpaqueToken) -> String {
        OpaqueToken.base64url(HMACSHA256.code(for: token.digest, key: csrfKey))
    }

    /// Whether a password is right; never, unless the account may be tried. What could not be judged, since
    /// too many wait or this one has hung up, was no try.
    func isRight(_ password: String, _ attempt: Try, _ hash: PasswordHash?) async throws -> Bool {
        do {
            return try await hasher.answering { hasher in
                try await hasher.verify(password, against: attempt.reserved == nil ? nil : hash)
            }
        } catch {
            await tries.giveBack(attempt)
            throw error
        }
    }

    private func refusal(_ attempt: Try, of lock: AccountStore.Lock?, from address: String) -> AuditEvent {
        let isClosed = lock?.hash != nil && attempt.reserved == nil
        let actor = lock.map { AuditEvent.Actor(id: $0.account.uuid, name: $0.name) } ?? .nobody
        return AuditEvent(
            actor, "session.sign_in", on: lock?.account.text ?? "", outcome: .refused, address: address,
            detail: isClosed ? ["reason": "too many failures"] : [:])
    }

    /// Passwords hashed at an older cost are hashed again when they are at hand; that may wait for a quieter moment.
    private func strengthen(_ lock: AccountStore.Lock, _ password: String) async throws {
        guard let hash = lock.hash, hash.needsRehash(for: hasher.cost) else { return }
        guard let stronger = try? await hasher.hash(password) else { return }
        try await accounts.setHash(stronger, of: lock.account)
    }

    private static let refused = Failure(
        .unauthenticated, "The name or the password is wrong.", reason: "sign_in_refused")
}
