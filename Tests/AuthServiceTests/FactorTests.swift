import AuthClient
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

@Suite struct FactorTests {
    @Test func `an authenticator counts from its first code on`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let elsewhere = try await house.signIn("admin")
            let factors = house.service.factors
            let first = try await factors.begin(as: admin.access)
            #expect(first.uri.hasPrefix("otpauth://totp/Halley:admin?secret=\(first.secret)&issuer=Halley&"))
            #expect(Base32.bytes(first.secret)?.count == TOTP.seedBytes)
            _ = try await house.signIn("admin")
            #expect(
                await outcome { _ = try await factors.confirm("000000", from: "", as: admin.access) }
                    == "invalid second_factor_refused")
            let enrolled = try await house.enrol(admin.access)
            #expect(enrolled.secret != first.secret && Set(enrolled.recoveryCodes).count == 10)
            #expect(
                await outcome { _ = try await house.access(session: elsewhere) } == "unauthenticated session_expired")
            #expect(await outcome { _ = try await factors.begin(as: admin.access) } == "conflict second_factor_exists")
            #expect(
                await outcome { _ = try await factors.confirm("1", from: "", as: admin.access) }
                    == "conflict enrolment_missing")
            let summary = try await factors.summary(as: admin.access)
            #expect(summary.confirmedAt == house.clock.now && summary.codesLeft == 10)
        }
    }

    @Test func `an enrolment that nobody confirmed in time is over`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let begun = try await house.service.factors.begin(as: admin.access)
            house.clock.advance(901)
            let code = TOTP(seed: Secret(Base32.bytes(begun.secret) ?? [])).code(at: TOTP.step(at: house.clock.now))
            let confirming = await outcome {
                _ = try await house.service.factors.confirm(code, from: "", as: admin.access)
            }
            #expect(confirming == "conflict enrolment_missing")
        }
    }

    @Test func `sixteen confirm one enrolment and one wins`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let begun = try await house.service.factors.begin(as: admin.access)
            let code = TOTP(seed: Secret(Base32.bytes(begun.secret) ?? [])).code(at: TOTP.step(at: house.clock.now))
            let results = await race(16) { _ in
                _ = try await house.service.factors.confirm(code, from: "", as: admin.access)
            }
            #expect(results["ok"] == 1, "\(results)")
            #expect(try await house.service.factors.summary(as: admin.access).codesLeft == 10)
        }
    }

    @Test func `keys, and sessions proven too long ago, change nothing`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let token = try await house.signIn("admin")
            let key = try await house.access(key: admin.key)
            try await house.age(minutes: 11)
            let stale = try await house.access(session: token)
            for (access, expected) in [(key, "forbidden session_required"), (stale, "forbidden reauth_required")] {
                let factors = house.service.factors
                #expect(await outcome { _ = try await factors.begin(as: access) } == expected)
                #expect(await outcome { _ = try await factors.confirm("1", from: "", as: access) } == expected)
                #expect(await outcome { try await factors.remove(from: "", as: access) } == expected)
                #expect(await outcome { try await factors.remove(of: .fresh(), from: "", as: access) } == expected)
                #expect(await outcome { _ = try await factors.renewCodes(from: "", as: access) } == expected)
                #expect(await outcome { _ = try await house.key(of: access) } == expected)
                #expect(
                    await outcome { _ = try await house.service.accounts.create(name: "x", email: "", as: access) }
                        == expected)
                #expect(
                    await outcome { try await house.service.policies.set(.nobody, in: nil, from: "", as: access) }
                        == expected)
            }
            #expect(
                await outcome { _ = try await house.service.factors.summary(as: key) } == "forbidden session_required")
        }
    }

    @Test func `nobody reaches another's authenticator, and an administrator only takes it away`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.enrol(try await house.person("ada", by: admin))
            let eve = try await house.enrol(try await house.person("eve", by: admin))
            let factors = house.service.factors
            #expect(
                await outcome { try await factors.remove(of: ada.access.principal, from: "", as: eve.access) }
                    == "forbidden")
            _ = try await factors.renewCodes(from: "", as: eve.access)
            try await factors.remove(from: "", as: eve.access)
            #expect(try await factors.summary(as: ada.access).codesLeft == 10)
            let token = try await house.signIn("ada", code: house.code(ada, 1))

            try await factors.remove(of: ada.access.principal, from: "", as: admin.access)
            #expect(await outcome { _ = try await house.access(session: token) } == "unauthenticated session_expired")
            _ = try await house.signIn("ada")
            #expect(
                await outcome { try await factors.remove(of: ada.access.principal, from: "", as: admin.access) }
                    == "notFound second_factor_unknown")
            let told = try await house.service.audit.store.page(in: nil, after: 0, limit: 1000)
                .filter { $0.action == "factor.remove" }
            #expect(told.map(\.actor) == ["eve", "admin"])
            #expect(told.last?.object == ada.access.principal.text)
        }
    }

    @Test func `the operator helps an administrator who has lost everything`() async throws {
        try await AuthHouse.with { house in
            let enrolled = try await house.enrol(try await house.begin().access)
            house.clock.advance(60)
            let token = try await house.signIn("admin", code: house.code(enrolled))
            #expect(
                await outcome { try await house.service.factors.drop(of: "nobody") } == "notFound account_unknown")
            try await house.service.factors.drop(of: "Admin")
            #expect(await outcome { _ = try await house.access(session: token) } == "unauthenticated session_expired")
            _ = try await house.signIn("admin")
            let told = try await house.service.audit.store.page(in: nil, after: 0, limit: 1000)
            #expect(told.contains { $0.action == "factor.remove" && $0.actor == "operator" })
        }
    }

    @Test func `what was sealed for one account opens in no other's row`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.enrol(try await house.person("ada", by: admin))
            _ = try await house.enrol(try await house.person("eve", by: admin))
            try await house.owner.run(
                """
                UPDATE auth.factors f SET seed = (SELECT seed FROM auth.factors o WHERE o.account_id <> f.account_id)
                 WHERE f.account_id <> \(ada.access.principal.uuid)
                """, for: .none)
            let pending = try await house.firstStep("eve")
            let result = await outcome { _ = try await house.secondStep(pending, code: house.code(ada, 1)) }
            #expect(result == "cannotOpen")
        }
    }

    @Test func `a new key seals what the old one has sealed`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let old = SealingKey.fresh(1)
            let new = SealingKey.fresh(2)
            func factors(_ keys: [SealingKey]) throws -> Factors {
                Factors(
                    store: house.service.factors.store, accounts: house.service.factors.accounts,
                    seal: try #require(FactorSeal(keys)),
                    peppers: house.service.factors.peppers, issuer: "Halley", now: { house.clock.now })
            }
            let begun = try await factors([old]).begin(as: admin.access)
            #expect(try await house.sealedSeeds().map { Array($0.prefix(5)) } == [[1, 0, 0, 0, 1]])
            try await factors([old, new]).reseal()
            let resealed = try await house.sealedSeeds()
            #expect(resealed.map { Array($0.prefix(5)) } == [[1, 0, 0, 0, 2]])
            let seed = try #require(FactorSeal([new])).open(resealed[0], of: admin.access.principal)
            #expect(Base32.text(seed.bytes) == begun.secret)
        }
    }
}

extension SealingKey {
    fileprivate static func fresh(_ id: UInt32) -> SealingKey {
        do { return try SealingKey(id: id, .random()) } catch { preconditionFailure("\(error)") }
    }
}

extension AuthHouse {
    fileprivate func sealedSeeds() async throws -> [[UInt8]] {
        try await owner.rows("SELECT seed FROM auth.factors", for: .none) { row in try row.read() }
    }
}
