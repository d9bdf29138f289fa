import Foundation
import Model
import Sealing

/// An authenticator that was confirmed, as judging a code needs it.
struct Factor: Sendable {
    /// Wrong codes in a row until one waits, for how long, and until only a recovery code or an administrator helps. So
    /// at most ten guesses are judged: three of a million codes are good at a time.
    static let failuresUntilWait = 5
    static let wait: TimeInterval = 900
    static let failuresMax = 10
    /// An enrolment that is not confirmed by then is begun anew.
    static let enrolmentLife: TimeInterval = 900

    let id: UUID
    let account: ID<Account>
    let sealedSeed: [UInt8]
    let lastStep: Int64

    /// What a session or a sign-in is proven with.
    enum Proof: Sendable {
        /// Six digits of the authenticator.
        case code(String)
        case recovery(RecoveryCode)

        /// `nil` when neither was given. Throws `.invalid` for both at once.
        static func given(code: String, recovery: String) throws(Failure) -> Proof? {
            switch (code.isEmpty, recovery.isEmpty) {
            case (true, true): return nil
            case (false, true): return .code(code)
            case (true, false):
                guard let code = RecoveryCode(presented: recovery) else { throw Factor.refused }
                return .recovery(code)
            case (false, false):
                throw Failure(
                    .invalid, "Give a code or a recovery code, not both.", reason: "second_factor_ambiguous")
            }
        }
    }

    /// How a factor stands after a code was not accepted.
    enum Standing: Sendable {
        case open
        case waiting(until: Date)
        case locked

        func failure(now: Date) -> Failure {
            switch self {
            case .open: return Factor.refused
            case .waiting(let until):
                let seconds = max(1, Int64(until.timeIntervalSince(now).rounded(.up)))
                return Failure(
                    .exhausted, "Too many wrong codes. Wait a quarter of an hour, or use a recovery code.",
                    reason: "second_factor_waiting", retryAfter: .seconds(seconds))
            case .locked:
                return Failure(
                    .forbidden,
                    "Too many wrong codes: this authenticator is locked. Use a recovery code, or ask an administrator.",
                    reason: "second_factor_locked")
            }
        }
    }

    static let refused = Failure(
        .unauthenticated, "That code is wrong, too old, or was used already.", reason: "second_factor_refused")
    static let missing = Failure(
        .unauthenticated, "A code of your authenticator is needed, or a recovery code.",
        reason: "second_factor_missing")
}

/// Seals seeds at rest, each for its account: elsewhere it does not open.
struct FactorSeal: Sendable {
    private let keys: [SealingKey]
    private let current: SealingKey

    /// The key with the highest number seals; all open.
    init?(_ keys: [SealingKey]) {
        guard let current = keys.max(by: { $0.id < $1.id }) else { return nil }
        (self.keys, self.current) = (keys, current)
    }

    func seal(_ seed: Secret, for account: ID<Account>) throws(SealingError) -> [UInt8] {
        try Sealed.seal(seed, with: current, place: Self.place(account))
    }

    func open(_ sealed: [UInt8], of account: ID<Account>) throws(SealingError) -> Secret {
        try Sealed.open(sealed, with: keys, place: Self.place(account))
    }

    /// What sealed seeds of the current key begin with: the form, and the key's number.
    var head: [UInt8] { Sealed.head(of: current) }

    private static func place(_ account: ID<Account>) -> String { "auth.factors/seed/\(account.text)/totp" }
}
