import Foundation
import Model

/// One try to sign in: what it was counted on before anything was compared.
struct Try: Sendable {
    /// So many tries of one name are free; then each makes it wait, for twice as long as the one before.
    static let freeMax = 10
    static let waitSecondsMin: Double = 90
    static let waitSecondsMax: Double = 3600
    /// Of no tries, until a name is as if it had never been tried.
    static let quietDays = 1
    /// Wrong passwords in a row until strangers are not listened to any more, and until nobody is (SP 800-63B §3.2.2:
    /// at most 100). What lies between is the owner's, in a browser of theirs.
    static let strangersFailuresMax = 80
    static let failuresMax = 100

    /// Counted on the name and the network, or on a known browser or a session alone.
    let names: [[UInt8]]
    let bucket: Throttle.Bucket
    /// Whose failures it was counted on. `nil`: nobody's, and then no password is right.
    let reserved: ID<Account>?
    /// What it makes good if it succeeds.
    let pardon: Pardon

    /// What a success makes good. It waits with a sign-in for the second factor.
    struct Pardon: Equatable, Sendable {
        /// Names whose tries are forgotten, in the order in which a try takes them.
        var names: [[UInt8]] = []
        /// The bucket that gets this one try back, and no other.
        var bucket: [UInt8] = []
        /// What the browser is known for from here on: see `KnownBrowser`.
        var knownAs: [UInt8] = []

        static let none = Pardon()
    }
}
