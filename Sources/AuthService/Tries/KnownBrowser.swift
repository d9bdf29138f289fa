import Foundation

/// A browser in which somebody has signed in. It opens nothing: whoever brings its token is counted apart from
/// strangers, so that they cannot slow the owner there.
enum KnownBrowser {
    static let days = 365
    /// Of one account; the one that was not seen for longest goes.
    static let countMax = 20

    /// What a browser brings, and what it gets when a session begins: another token each time, so that one which was
    /// planted there, or copied before, is worth nothing afterwards.
    struct Draft: Sendable {
        let presented: OpaqueToken?
        let token = OpaqueToken.fresh()

        init(presented: String) {
            self.presented = OpaqueToken(presented: presented)
        }
    }
}
