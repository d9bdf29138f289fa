import AuthClient
import Foundation
import Model

/// An API key as its owner sees it. It can do what its owner can, minus its limits.
struct APIKey: Sendable {
    static let daysDefault = 90
    static let daysMax = 365
    /// Alive at once, of one owner.
    static let countMax = 100

    let id: ID<Credential>
    let name: String
    let hint: String
    let limits: Access.Limits
    let createdAt: Date
    let expiresAt: Date
    let lastUsedAt: Date?
    let lastAddress: String
    let lastClient: String
    let revokedAt: Date?

    struct Draft: Sendable {
        let id = ID<Credential>.fresh()
        let text = KeyText.fresh()
        let name: String
        let limits: Access.Limits
        let expiresAt: Date

        /// Throws `.invalid`, naming the first rule that is broken. Without an expiry it lives 90 days.
        init(name: String, limits: Access.Limits, expiresAt: Date?, now: Date = Date()) throws(Failure) {
            try Name.check(name, "key's name")
            let latest = now.addingTimeInterval(Double(daysMax) * 86_400)
            let expiry = expiresAt ?? now.addingTimeInterval(Double(daysDefault) * 86_400)
            guard expiry > now, expiry <= latest.addingTimeInterval(60) else {
                throw Failure(
                    .invalid, "A key lives for at most \(daysMax) days from now.", reason: "expiry_invalid")
            }
            guard limits.workspaces.count <= 1000, limits.projects.count <= 1000 else {
                throw Failure(.invalid, "A key names at most 1000 workspaces and 1000 projects.")
            }
            self.name = name
            self.limits = limits
            self.expiresAt = expiry
        }

        /// The key with the address of its server behind it, as clients take it: one string tells them both.
        func handedOut(baseURL: String) -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let place = (try? encoder.encode(["baseUrl": baseURL])) ?? Data("{}".utf8)
            return "\(text.text)*\(place.base64EncodedString())"
        }
    }

    /// What the database holds for a key id that was presented.
    struct Lock: Sendable {
        enum State: Sendable { case alive, expired, revoked }

        let id: ID<Credential>
        let digest: [UInt8]
        let pepperVersion: Int32
        let limits: Access.Limits
        let state: State
        let principal: Principal
    }
}
