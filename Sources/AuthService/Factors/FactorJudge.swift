import Foundation
import Model
import Sealing

/// Says whether a code is right. Only who has given the right password gets here, so that strangers cannot lock
/// anybody's authenticator.
struct FactorJudge: Sendable {
    let store: FactorProofStore
    let audit: AuditStore
    let seal: FactorSeal
    let peppers: Peppers
    let now: @Sendable () -> Date

    /// What `proof` is evidence of. Throws `.unauthenticated` (`second_factor_missing`, `second_factor_refused`),
    /// `.exhausted` (`second_factor_waiting`) or `.forbidden` (`second_factor_locked`). A right code is not yet spent.
    func judge(
        _ proof: Factor.Proof?, of account: ID<Account>, named name: String, from address: String
    ) async throws -> FactorEvidence {
        guard let factor = try await store.find(of: account) else { return .nothing(account) }
        switch proof {
        case nil: throw Factor.missing
        case .recovery(let code): return .recovery(peppers.digests(of: code, account).map(\.digest), account)
        case .code(let code):
            let seed = try seal.open(factor.sealedSeed, of: account)
            if let step = TOTP(seed: seed).step(of: code, at: now()) { return .step(step, factor) }
            let event = refusal(of: account, name, "wrong code", from: address)
            try await store.fail(factor, now: now(), telling: event)
            throw try await store.standing(factor, now: now()).failure(now: now())
        }
    }

    /// What to answer when evidence could not be spent: somebody else was quicker, or it had been used before, or
    /// the authenticator is waiting or locked.
    func refuse(
        _ evidence: FactorEvidence, of account: ID<Account>, named name: String, from address: String
    ) async throws -> Failure {
        switch evidence {
        case .nothing: return Failure(.unauthenticated, "This session has ended.", reason: "session_expired")
        case .recovery:
            try await audit.append(refusal(of: account, name, "recovery code unknown or used", from: address))
            return Factor.refused
        case .step(_, let factor):
            let standing = try await store.standing(factor, now: now())
            if case .open = standing {
                try await audit.append(refusal(of: account, name, "totp_replay", from: address))
            }
            return standing.failure(now: now())
        }
    }

    private func refusal(
        of account: ID<Account>, _ name: String, _ why: String, from address: String
    ) -> AuditEvent {
        AuditEvent(
            AuditEvent.Actor(id: account.uuid, name: name), "session.second_factor", on: account.text,
            outcome: .refused, address: address, detail: ["why": why])
    }
}
