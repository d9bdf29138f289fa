import Egress
import Foundation
import Model

/// A rule: a token that `issuer` has signed and that says what the rule asks for is worth a short key of a service
/// account. So a CI job needs no secret that is kept somewhere.
struct Trust: Sendable, Equatable {
    static let countMaxOfAccount = 50
    static let secondsMin: Int64 = 60
    static let secondsMax: Int64 = 86_400
    static let secondsDefault: Int64 = 3600
    /// Keys of one rule that are alive at a time.
    static let keysMax = 1000

    struct Rule: Sendable, Equatable {
        let claim: String
        let pattern: String

        /// `*` stands for any run of characters, none of them too. A claim that is a list fits if one of it does; one
        /// that is missing, or an object, never.
        func fits(_ claims: Claims) -> Bool {
            switch claims[claim] {
            case .flag(let flag): Self.fits(flag ? "true" : "false", pattern)
            case .some(let value): ((value.name.map { [$0] } ?? value.texts) ?? []).contains { Self.fits($0, pattern) }
            case nil: false
            }
        }

        private static func fits(_ text: String, _ pattern: String) -> Bool {
            let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
            guard parts.count > 1 else { return text == pattern }
            guard let first = parts.first, let last = parts.last, text.hasPrefix(first) else { return false }
            var rest = text.dropFirst(first.count)
            for part in parts.dropFirst().dropLast() where !part.isEmpty {
                guard let found = rest.range(of: part) else { return false }
                rest = rest[found.upperBound...]
            }
            return rest.hasSuffix(last)
        }
    }

    let id: ID<Trust>
    let account: ID<Account>
    let label: String
    let issuer: String
    let audience: String
    let rules: [Rule]
    let actions: Set<Action>
    let keySeconds: Int64
    let createdAt: Date
    let lastUsedAt: Date?

    /// Throws `.invalid` for a rule that would let in whoever comes.
    func check(_ egress: Egress) throws(Failure) {
        try Name.check(label, "rule's name")
        guard issuer.utf8.count <= 500, let url = try? EgressURL(issuer), (try? egress.check(url)) != nil else {
            throw Failure(
                .invalid, "The issuer is an https address that this server may reach.", reason: "issuer_invalid")
        }
        guard (1...500).contains(audience.utf8.count) else {
            throw Failure(.invalid, "Say for which audience the tokens are made.", reason: "audience_missing")
        }
        guard (1...20).contains(rules.count) else {
            throw Failure(.invalid, "A rule asks for 1 to 20 claims.", reason: "rules_missing")
        }
        for rule in rules {
            let letters = rule.pattern.filter { $0 != "*" }.count
            guard !rule.claim.isEmpty, rule.claim.utf8.count <= 200, letters >= 3 || !rule.pattern.contains("*"),
                letters > 0, rule.pattern.utf8.count <= 500
            else {
                throw Failure(
                    .invalid, "\"\(rule.pattern)\" is no pattern for \(rule.claim): it would fit nearly anything.",
                    reason: "rules_invalid")
            }
        }
        // An issuer such as a CI service signs for everybody in the world.
        guard rules.contains(where: { !["iss", "aud", "exp", "iat", "nbf"].contains($0.claim) }) else {
            throw Failure(
                .invalid, "One rule at least says who it is: ask for sub, or a like claim.", reason: "rules_invalid")
        }
        guard (Self.secondsMin...Self.secondsMax).contains(keySeconds) else {
            throw Failure(.invalid, "Such a key lives for a minute to a day.", reason: "expiry_invalid")
        }
    }
}
