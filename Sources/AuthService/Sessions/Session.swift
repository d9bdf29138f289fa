import Foundation
import Model

/// A browser's session. It ends 12 hours after it was last seen and 7 days after it began, whichever is first.
struct Session: Sendable {
    static let idleHoursMax = 12
    static let daysMax = 7

    let id: ID<Credential>
    let principal: Principal
    /// Neither ended nor too old, by the database's clock.
    let isAlive: Bool
    let provedAt: Date
    /// Whether it was proven with a second factor. Of an account that has one, no other session is alive.
    let hasSecondFactor: Bool
    let demands: FactorDemands

    /// A key knows none of this: whoever made it was proven when it was made.
    var assurance: Assurance {
        Assurance(
            provedAt: provedAt, hasSecondFactor: hasSecondFactor,
            due: hasSecondFactor ? .nowhere : demands.due(of: principal))
    }

    struct Draft: Sendable {
        let id = ID<Credential>.fresh()
        let token = OpaqueToken.fresh()
        let expiresAt = Date().addingTimeInterval(Double(daysMax) * 86_400)
        let address: String
        let client: String
        let browser: KnownBrowser.Draft

        /// `browser` is the token that it has brought, if any.
        init(address: String, client: String, browser: String = "") {
            self.address = address.plain(100)
            self.client = client.plain(200)
            self.browser = KnownBrowser.Draft(presented: browser)
        }
    }
}

/// A living session, as its owner sees it.
struct SessionEntry: Sendable {
    let id: ID<Credential>
    let createdAt: Date
    let seenAt: Date
    /// If it is not seen again.
    let endsAt: Date
    let address: String
    let client: String
}
