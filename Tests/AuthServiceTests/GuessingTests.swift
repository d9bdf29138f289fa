import AuthClient
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

/// Who has the right password and guesses codes.
@Suite struct GuessingTests {
    private func with(_ body: (AuthHouse, Enrolled) async throws -> Void) async throws {
        try await AuthHouse.with { house in
            let enrolled = try await house.enrol(try await house.begin().access)
            house.clock.advance(60)
            try await body(house, enrolled)
        }
    }

    /// A code that is wrong now.
    private func wrong(_ house: AuthHouse, _ enrolled: Enrolled) -> String {
        let right = (-1...1).map { house.code(enrolled, $0) }
        return ["000000", "111111", "222222", "333333"].first { !right.contains($0) } ?? ""
    }

    private func fresh(_ house: AuthHouse) async throws -> String {
        try await house.forgetTries()
        return try await house.firstStep("admin")
    }

    @Test func `five wrong codes make one wait, ten lock, and a recovery code opens again`() async throws {
        try await with { house, enrolled in
            let bad = wrong(house, enrolled)
            for round in 0..<2 {
                for attempt in 1...5 {
                    let result = await outcome { _ = try await house.secondStep(try await fresh(house), code: bad) }
                    let last = round == 0 ? "exhausted second_factor_waiting" : "forbidden second_factor_locked"
                    #expect(result == (attempt < 5 ? "unauthenticated second_factor_refused" : last))
                }
                let right = await outcome {
                    _ = try await house.secondStep(try await fresh(house), code: house.code(enrolled))
                }
                #expect(right != "ok")
                house.clock.advance(901)
            }
            let locked = await outcome {
                _ = try await house.secondStep(try await fresh(house), code: house.code(enrolled))
            }
            #expect(locked == "forbidden second_factor_locked")
            _ = try await house.secondStep(try await fresh(house), recovery: enrolled.recoveryCodes[0])
            _ = try await house.secondStep(try await fresh(house), code: house.code(enrolled))
        }
    }

    @Test func `of a thousand guesses at once five are judged`() async throws {
        try await with { house, enrolled in
            let bad = wrong(house, enrolled)
            var pending: [String] = []
            for _ in 0..<50 { pending.append(try await fresh(house)) }
            let tokens = pending
            for _ in 0..<20 {
                _ = await race(50) { index in _ = try await house.secondStep(tokens[index], code: bad) }
            }
            let failures = try await house.owner.first("SELECT failures FROM auth.factors", for: .none) { row in
                try row.read(Int32.self)
            }
            #expect(failures == 5)
            #expect(try await house.refusals().filter { $0.contains("wrong code") }.count == 5)
        }
    }

    @Test func `a right code forgets the wrong ones`() async throws {
        try await with { house, enrolled in
            for _ in 0..<3 {
                for _ in 0..<4 {
                    _ = await outcome {
                        _ = try await house.secondStep(try await fresh(house), code: wrong(house, enrolled))
                    }
                }
                _ = try await house.secondStep(try await fresh(house), code: house.code(enrolled))
                house.clock.advance(30)
            }
        }
    }

    @Test func `strangers with wrong passwords lock nobody's authenticator`() async throws {
        try await with { house, enrolled in
            _ = await race(60) { index in _ = try await house.signIn("admin", "wrong", from: "10.\(index).0.1") }
            _ = try await house.secondStep(try await fresh(house), code: house.code(enrolled))
        }
    }

    @Test func `one half sign-in is good for twenty tries`() async throws {
        try await with { house, _ in
            let pending = try await house.firstStep("admin")
            var results: [String: Int] = [:]
            for _ in 0..<25 {
                let result = await outcome {
                    _ = try await house.secondStep(pending, recovery: RecoveryCode.fresh().text)
                }
                results[result, default: 0] += 1
            }
            #expect(
                results == ["unauthenticated second_factor_refused": 20, "unauthenticated sign_in_expired": 5])
        }
    }

    @Test func `who knows the password only cannot begin more than ten sign-ins`() async throws {
        try await with { house, _ in
            for _ in 0..<10 { _ = try await house.firstStep("admin", from: "198.51.100.1") }
            #expect(
                await outcome { _ = try await house.firstStep("admin", from: "198.51.100.1") }
                    == "exhausted sign_in_throttled")
        }
    }

    @Test func `a copy of the database holds no seed, code or token`() async throws {
        try await with { house, enrolled in
            let pending = try await house.firstStep("admin")
            let used = house.code(enrolled)
            let token = try await house.secondStep(pending, code: used)
            let waiting = try await house.firstStep("admin")
            let tables = try await house.owner.rows(
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'auth'", for: .none
            ) { row in try row.read(String.self) }
            #expect(tables.contains("factors") && tables.contains("recovery_codes"))
            let dump = try await house.owner.rows(
                """
                SELECT convert_from(convert_to(query_to_xml('SELECT * FROM auth.' || quote_ident(table_name), true, false,
                       '')::text, 'UTF8'), 'UTF8')
                  FROM information_schema.tables WHERE table_schema = 'auth'
                """, for: .none
            ) { row in try row.read(String.self) }.joined()
            let seed = try #require(Base32.bytes(enrolled.secret))
            let secrets =
                [enrolled.secret, hex(seed), Data(seed).base64EncodedString(), pending, waiting, token]
                + enrolled.recoveryCodes + enrolled.recoveryCodes.compactMap { Base32.bytes($0).map(hex) }
                + enrolled.recoveryCodes.compactMap { Base32.bytes($0).map { Data($0).base64EncodedString() } }
            for secret in secrets { #expect(!dump.contains(secret), "a secret is in the dump") }
            #expect(dump.contains("factor.enrol") && !dump.contains(">\(used)<"))
        }
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
