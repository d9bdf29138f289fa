import Foundation
import Model
import Sealing

/// Enrolling an authenticator, and living with it.
struct Factors: Sendable {
    let store: FactorStore
    let accounts: AccountStore
    let seal: FactorSeal
    let peppers: Peppers
    let issuer: String
    let now: @Sendable () -> Date

    struct Enrolment: Sendable {
        let uri: String
        let secret: String
        let endsAt: Date
    }

    /// A new seed. It is in this answer only, and counts nothing until `confirm`.
    func begin(as access: Access) async throws -> Enrolment {
        try access.requireRecentProof()
        try requirePerson(access)
        let seed = Secret(RandomBytes.make(TOTP.seedBytes))
        let begun = FactorStore.Enrolment(
            account: access.principal, sealedSeed: try seal.seal(seed, for: access.principal), begunAt: now())
        guard try await store.begin(begun) else { throw Self.exists }
        return Enrolment(
            uri: Self.uri(seed, of: access.name, issuer: issuer), secret: Base32.text(seed.bytes),
            endsAt: begun.begunAt.addingTimeInterval(Factor.enrolmentLife))
    }

    /// The first code: from now on one is asked for at every sign-in. Answers the recovery codes, once.
    func confirm(_ code: String, from address: String, as access: Access) async throws -> [String] {
        try access.requireRecentProof()
        let since = now().addingTimeInterval(-Factor.enrolmentLife)
        guard let sealed = try await store.begun(by: access.principal, since: since) else {
            throw Failure(
                .conflict, "There is nothing to confirm. Begin setting up the authenticator again.",
                reason: "enrolment_missing")
        }
        let seed = try seal.open(sealed, of: access.principal)
        guard let step = TOTP(seed: seed).step(of: code, at: now()) else {
            throw Failure(
                .invalid, "That is not the code of this moment. Is the clock of the device right?",
                reason: "second_factor_refused")
        }
        let codes = RecoveryCodes.fresh(for: access.principal, peppers)
        let event = AuditEvent(
            AuditEvent.Actor(access), "factor.enrol", on: access.principal.text, address: address,
            detail: ["kind": "totp"])
        let confirmed = try await store.confirm(
            sealed, step: step, giving: codes, keeping: access.credential, now: now(), telling: event)
        guard confirmed else { throw Self.exists }
        return codes.texts
    }

    /// One's own, in a session that was proven recently: with a code of this very authenticator, or a recovery code.
    func remove(from address: String, as access: Access) async throws {
        try access.requireRecentProof()
        let event = AuditEvent(
            AuditEvent.Actor(access), "factor.remove", on: access.principal.text, address: address)
        let removed = try await store.remove(
            from: access.principal, keeping: access.credential, telling: event)
        guard removed else { throw Self.none }
    }

    /// Somebody's who has lost it. An administrator of the instance can take one away, never read or set one; all
    /// sessions of the account end.
    func remove(of account: ID<Account>, from address: String, as access: Access) async throws {
        if account == access.principal { return try await remove(from: address, as: access) }
        _ = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        let event = AuditEvent(AuditEvent.Actor(access), "factor.remove", on: account.text, address: address)
        let removed = try await store.remove(from: account, keeping: nil, telling: event)
        guard removed else { throw Self.none }
    }

    /// For the operator of the machine: when an administrator has lost their own, nobody else could help. No right is
    /// asked.
    func drop(of name: String) async throws {
        let nowhere = KnownBrowser.Draft(presented: "")
        guard let account = try await accounts.lock(of: name.plain(1000).accountKey, by: nowhere)?.account else {
            throw Failure(.notFound, "There is no account of this name.", reason: "account_unknown")
        }
        let event = AuditEvent(.operatorOfMachine, "factor.remove", on: account.text)
        guard try await store.remove(from: account, keeping: nil, telling: event) else { throw Self.none }
    }

    /// Ten new recovery codes; the old ones are void.
    func renewCodes(from address: String, as access: Access) async throws -> [String] {
        try access.requireRecentProof()
        let codes = RecoveryCodes.fresh(for: access.principal, peppers)
        let event = AuditEvent(
            AuditEvent.Actor(access), "factor.recovery_codes", on: access.principal.text, address: address)
        let renewed = try await store.renew(codes, for: access.principal, now: now(), telling: event)
        guard renewed else { throw Self.none }
        return codes.texts
    }

    func summary(as access: Access) async throws -> FactorStore.Summary {
        guard access.bySession else {
            throw Failure(.forbidden, "The second factor is managed in a browser session.", reason: "session_required")
        }
        guard let found = try await store.summary(of: access.principal) else { throw Self.none }
        return found
    }

    /// Seals anew what an older key has sealed, so that it can be thrown away; a few at a time.
    func reseal() async throws {
        for factor in try await store.sealed(otherThan: seal.head) {
            let seed = try seal.open(factor.sealedSeed, of: factor.account)
            try await store.reseal(factor, as: try seal.seal(seed, for: factor.account))
        }
    }

    /// Google's key URI format, which all authenticators read.
    static func uri(_ seed: Secret, of name: String, issuer: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let parts = [issuer, name].map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }
        return "otpauth://totp/\(parts[0]):\(parts[1])?secret=\(Base32.text(seed.bytes))&issuer=\(parts[0])"
            + "&algorithm=SHA1&digits=\(TOTP.digitsUsual)&period=\(TOTP.secondsPerStep)"
    }

    private func requirePerson(_ access: Access) throws(Failure) {
        guard access.kind == .person else {
            throw Failure(.forbidden, "Only people have a second factor.", reason: "person_required")
        }
    }

    private static let exists = Failure(
        .conflict, "You have a second factor already. Remove it first.", reason: "second_factor_exists")
    private static let none = Failure(.notFound, "There is no second factor.", reason: "second_factor_unknown")
}
