import Egress
import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct TrustTests {
    @Test(arguments: [
        ("repo:acme/app:ref:refs/heads/main", true), ("repo:acme/app:ref:refs/tags/v1:end", false),
        ("repo:acme/app:ref:refs/heads/", true), ("repo:acme/apple:ref:refs/heads/main", false), ("", false),
        ("xrepo:acme/app:ref:refs/heads/main", false),
    ])
    func `a star stands for anything, and nothing else does`(subject: String, isFit: Bool) {
        let rule = Trust.Rule(claim: "sub", pattern: "repo:acme/app:ref:*heads/*")
        #expect(rule.fits(Claims(["sub": .text(subject)])) == isFit)
    }

    @Test func `only what a claim plainly says is looked at`() {
        func fits(_ pattern: String, _ value: ClaimValue?) -> Bool {
            Trust.Rule(claim: "c", pattern: pattern).fits(Claims(value.map { ["c": $0] } ?? [:]))
        }
        #expect(fits("main", .text("main")) && fits("7", .integer(7)) && fits("true", .flag(true)))
        #expect(fits("main", .list([.text("other"), .text("main")])))
        #expect(!fits("main", nil) && !fits("main", .null) && !fits("*ain*", .object(["main": .text("main")])))
        #expect(!fits("main", .list([.text("main"), .object([:])])) && !fits("aba", .text("ab")))
        #expect(!fits("ab*ba", .text("aba")), "the two ends do not share a letter")
    }

    @Test func `a rule that would let in whoever comes is refused`() throws {
        let egress = Egress()
        let refused: [(Trust, String)] = [
            (.sample(rules: []), "rules_missing"),
            (.sample(rules: [.init(claim: "sub", pattern: "*")]), "rules_invalid"),
            (.sample(rules: [.init(claim: "sub", pattern: "a*")]), "rules_invalid"),
            (.sample(rules: [.init(claim: "aud", pattern: "halley")]), "rules_invalid"),
            (.sample(issuer: "http://ci.example.org"), "issuer_invalid"),
            (.sample(audience: ""), "audience_missing"),
            (.sample(seconds: 59), "expiry_invalid"), (.sample(seconds: 86_401), "expiry_invalid"),
        ]
        for (trust, reason) in refused {
            let failure = #expect(throws: Failure.self) { try trust.check(egress) }
            #expect(failure?.reason == reason)
        }
        try Trust.sample().check(egress)
    }

    @Test func `rules are for service accounts, and for those who look after them`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let other = try await house.stranger(by: admin)
            let account = try await house.serviceAccount("ci", by: admin)
            let trusts = house.service.trusts
            let trust = Trust.sample(for: account)
            try await trusts.create(trust, as: admin.access)
            #expect(try await trusts.list(of: account, as: admin.access).map(\.rules) == [trust.rules])
            #expect(await outcome { _ = try await trusts.list(of: account, as: other.access) } == "notFound")
            #expect(await outcome { try await trusts.create(.sample(for: account), as: other.access) } == "notFound")
            #expect(await outcome { try await trusts.delete(trust.id, as: other.access) } == "notFound")
            let person = Trust.sample(for: admin.access.principal)
            #expect(await outcome { try await trusts.create(person, as: admin.access) } == "notFound")
            try await trusts.delete(trust.id, as: admin.access)
            #expect(try await trusts.list(of: account, as: admin.access).isEmpty)
        }
    }
}

extension Trust {
    static func sample(
        for account: ID<Account> = .fresh(), label: String = "ci", issuer: String = "https://ci.example.org",
        audience: String = "halley", rules: [Rule] = [Rule(claim: "sub", pattern: "repo:acme/app:*")],
        actions: Set<Action> = [.log], seconds: Int64 = 600
    ) -> Trust {
        Trust(
            id: .fresh(), account: account, label: label, issuer: issuer, audience: audience, rules: rules,
            actions: actions, keySeconds: seconds, createdAt: Date(), lastUsedAt: nil)
    }
}
