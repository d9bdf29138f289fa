import Foundation
import Model

/// What comes of a right password, or of a one-time link.
enum SignInOutcome: Sendable {
    /// The session that was drafted has begun.
    case session
    /// The account has a second factor: no session until it is given.
    case pending(PendingSignIn)
}

/// A sign-in that waits for its second factor: an opaque token, of which the database holds the digest.
struct PendingSignIn: Sendable {
    static let life: TimeInterval = 300
    /// Whatever is tried with one, then one begins anew with the password.
    static let attemptsMax = 20

    let token = OpaqueToken.fresh()
    let expiresAt = Date().addingTimeInterval(life)

    /// One that was presented, while it can be spent.
    struct Taken: Sendable {
        let token: OpaqueToken
        let account: ID<Account>
        let name: String
        /// Of the first step.
        let pardon: Try.Pardon
    }
}
