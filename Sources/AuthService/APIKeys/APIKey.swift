import AuthClient
import Foundation
import Model

/// An API key as its owner sees it. It can do what its owner can, minus its limits.
struct APIKey: Sendable {
    static let daysDefault = 90
    static let daysMax = 365
    /// Machines are not there to be asked for a new key every year.
    static let daysMaxOfServices = 3650
    /// Alive at once, of one owner.
    static let countMax = 100
    static let rangesMax = 100

    let id: ID<Credential>
    let kind: KeyText.Kind
    let name: String
    let hint: String
    let limits: Access.Limits
    /// Networks it works from; empty: everywhere.
    let ranges: [String]
    let createdAt: Date
    let expiresAt: Date
    let lastUsedAt: Date?
    let lastAddress: String
    let lastClient: String
    let revokedAt: Date?
    let replacedBy: ID<Credential>?

    /// What the database holds for a key id that was presented.
    struct Lock: Sendable {
        enum State: String, Sendable { case alive, expired, unused, revoked, elsewhere, deactivated }

        let id: ID<Credential>
        let kind: String
        let digest: [UInt8]
        let pepperVersion: Int32
        let limits: Access.Limits
        let state: State
        let principal: Principal
    }
}
