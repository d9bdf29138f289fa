import AuthClient
import Foundation
import Model

extension APIKey {
    /// A key that is to be made.
    struct Draft: Sendable {
        let id = ID<Credential>.fresh()
        let text: KeyText
        let name: String
        let limits: Access.Limits
        let ranges: [String]
        let expiresAt: Date

        /// Throws `.invalid`, naming the first rule that is broken. Without an expiry it lives 90 days, or a year when
        /// it is for provisioning. One that may only log gets the tag of such keys.
        init(
            name: String, limits: Access.Limits, ranges: [String] = [], expiresAt: Date?,
            for owner: Access.Kind = .person, purpose: KeyText.Kind? = nil, now: Date = Date()
        ) throws(Failure) {
            try Name.check(name, "key's name")
            let days = owner == .serviceAccount ? daysMaxOfServices : daysMax
            let latest = now.addingTimeInterval(Double(days) * 86_400)
            let usual = purpose == .provisioning ? daysMax : daysDefault
            let expiry = expiresAt ?? now.addingTimeInterval(Double(usual) * 86_400)
            guard expiry > now, expiry <= latest.addingTimeInterval(60) else {
                throw Failure(.invalid, "A key lives for at most \(days) days from now.", reason: "expiry_invalid")
            }
            guard limits.workspaces.count <= 1000, limits.projects.count <= 1000 else {
                throw Failure(.invalid, "A key names at most 1000 workspaces and 1000 projects.")
            }
            guard ranges.count <= rangesMax else {
                throw Failure(.invalid, "A key names at most \(rangesMax) address ranges.", reason: "ranges_invalid")
            }
            let kind: KeyText.Kind =
                limits.actions == [.log] ? .ingest : owner == .serviceAccount ? .serviceAccount : .person
            text = KeyText.fresh(purpose ?? kind)
            self.name = name
            self.limits = limits
            self.ranges = ranges
            self.expiresAt = expiry
        }

        /// The key with the address of its server behind it, as clients take it: one string tells them both. Providers
        /// ask for the two apart.
        func handedOut(baseURL: String) -> String {
            guard text.kind != .provisioning else { return text.text }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let place = (try? encoder.encode(["baseUrl": baseURL])) ?? Data("{}".utf8)
            return "\(text.text)*\(place.base64EncodedString())"
        }

        /// As its owner sees it from now on.
        var made: APIKey {
            APIKey(
                id: id, kind: text.kind, name: name,
                hint: KeyText.hint(text.kind, id: text.id, lastFour: text.lastFour), limits: limits, ranges: ranges,
                createdAt: Date(), expiresAt: expiresAt, lastUsedAt: nil, lastAddress: "", lastClient: "",
                revokedAt: nil, replacedBy: nil)
        }
    }
}
