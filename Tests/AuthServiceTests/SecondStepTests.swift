import AuthClient
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

@Suite struct SecondStepTests {
    /// The administrator, with an authenticator, a minute after its first code.
    private func with(_ body: (AuthHouse, Enrolled) async throws -> Void) async throws {
        try await AuthHouse.with { house in
            let enrolled = try await house.enrol(try await house.begin().access)
            house.clock.advance(60)
            try await body(house, enrolled)
        }
    }

    @Test func `a right password alone begins no session`() async throws {
        try await with { house, enrolled in
            let before = try await house.service.sessions.list(as: enrolled.access).count
            let pending = try await house.firstStep("admin")
            #expect(try await house.service.sessions.list(as: enrolled.access).count == before)
            #expect(
                await outcome { _ = try await house.access(session: pending) } == "unauthenticated session_unknown")
            let token = try await house.secondStep(pending, code: house.code(enrolled))
            let access = try await house.access(session: token)
            #expect(access.assurance.hasSecondFactor)
            #expect(await outcome { try access.requireRecentProof() } == "ok")
        }
    }

    @Test(arguments: [(-2, false), (-1, true), (0, true), (1, true), (2, false)] as [(Int64, Bool)])
    func `a step of drift is accepted, two are not`(_ drift: Int64, _ isGood: Bool) async throws {
        try await with { house, enrolled in
            let result = await outcome { _ = try await house.signIn("admin", code: house.code(enrolled, drift)) }
            #expect(result == (isGood ? "ok" : "unauthenticated second_factor_refused"))
        }
    }

    @Test func `no code works twice, and none before one that has worked`() async throws {
        try await with { house, enrolled in
            _ = try await house.signIn("admin", code: house.code(enrolled))
            for steps in [Int64(0), -1] {
                let again = await outcome { _ = try await house.signIn("admin", code: house.code(enrolled, steps)) }
                #expect(again == "unauthenticated second_factor_refused")
            }
            #expect(
                try await house.refusals().suffix(2)
                    == Array(repeating: #"session.second_factor {"why":"totp_replay"}"#, count: 2))
            _ = try await house.signIn("admin", code: house.code(enrolled, 1))
        }
    }

    @Test func `sixteen spend one code and one wins`() async throws {
        try await with { house, enrolled in
            for round in 0..<4 {
                var pending: [String] = []
                for index in 0..<16 {
                    try await house.forgetTries()
                    pending.append(try await house.firstStep("admin", from: "10.\(round).\(index).1"))
                }
                let (code, tokens) = (house.code(enrolled), pending)
                let results = await race(16) { index in _ = try await house.secondStep(tokens[index], code: code) }
                #expect(results == ["ok": 1, "unauthenticated second_factor_refused": 15])
                house.clock.advance(30)
            }
        }
    }

    @Test func `sixteen spend one recovery code and one wins`() async throws {
        try await with { house, enrolled in
            var pending: [String] = []
            for index in 0..<16 {
                try await house.forgetTries()
                pending.append(try await house.firstStep("admin", from: "10.\(index).0.1"))
            }
            let tokens = pending
            let results = await race(16) { index in
                _ = try await house.secondStep(tokens[index], recovery: enrolled.recoveryCodes[3])
            }
            #expect(results == ["ok": 1, "unauthenticated second_factor_refused": 15])
            #expect(try await house.service.factors.summary(as: enrolled.access).codesLeft == 9)
        }
    }

    @Test func `sixteen finish one sign-in and one wins`() async throws {
        try await with { house, enrolled in
            let pending = try await house.firstStep("admin")
            let results = await race(16) { index in
                _ = try await house.secondStep(pending, recovery: enrolled.recoveryCodes[index % 10])
            }
            #expect(results["ok"] == 1, "\(results)")
        }
    }

    @Test func `new recovery codes void the old`() async throws {
        try await with { house, enrolled in
            let fresh = try await house.service.factors.renewCodes(from: "", as: enrolled.access)
            #expect(Set(fresh).isDisjoint(with: enrolled.recoveryCodes))
            let old = await outcome {
                _ = try await house.secondStep(
                    try await house.firstStep("admin"), recovery: enrolled.recoveryCodes[0])
            }
            #expect(old == "unauthenticated second_factor_refused")
            let typed = fresh[0].lowercased().replacingOccurrences(of: "-", with: " ")
            _ = try await house.secondStep(try await house.firstStep("admin"), recovery: typed)
            let results = await race(8) { _ in
                _ = try await house.service.factors.renewCodes(from: "", as: enrolled.access)
            }
            #expect(results == ["ok": 8])
            #expect(try await house.service.factors.summary(as: enrolled.access).codesLeft == 10)
        }
    }

    @Test func `one account's recovery code is nothing to another`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.enrol(try await house.person("ada", by: admin))
            _ = try await house.enrol(try await house.person("eve", by: admin))
            let pending = try await house.firstStep("eve")
            #expect(
                await outcome { _ = try await house.secondStep(pending, recovery: ada.recoveryCodes[0]) }
                    == "unauthenticated second_factor_refused")
            #expect(try await house.service.factors.summary(as: ada.access).codesLeft == 10)
        }
    }

    @Test func `a half sign-in is over after five minutes, and is nobody's else`() async throws {
        try await with { house, enrolled in
            let pending = try await house.firstStep("admin")
            try await house.owner.run(
                "UPDATE auth.pending_sign_ins SET expires_at = expires_at - interval '5 minutes'", for: .none)
            for token in [pending, "", String(repeating: "A", count: 43)] {
                #expect(
                    await outcome { _ = try await house.secondStep(token, code: house.code(enrolled)) }
                        == "unauthenticated sign_in_expired")
            }
            let again = try await house.firstStep("admin")
            #expect(await outcome { _ = try await house.secondStep(again) } == "unauthenticated second_factor_missing")
            #expect(
                await outcome { _ = try await house.secondStep(again, code: "1", recovery: "x") } != "ok")
        }
    }

    @Test func `a one-time link does not skip the second factor`() async throws {
        try await with { house, enrolled in
            let link = OpaqueToken.fresh()
            try await house.owner.run(
                """
                INSERT INTO auth.setup_tokens (digest, account_id, expires_at)
                VALUES (\(link.digest), \(enrolled.access.principal.uuid), now() + interval '1 hour')
                """, for: .none)
            let draft = Session.Draft(address: "", client: "")
            let (_, reached) = try await house.service.accounts.setPassword(
                AuthHouse.password, by: link.text, beginning: draft)
            guard case .pending(let pending) = reached else {
                Issue.record("a session has begun")
                return
            }
            #expect(
                await outcome { _ = try await house.access(session: draft.token.text) }
                    == "unauthenticated session_unknown")
            _ = try await house.secondStep(pending.token.text, code: house.code(enrolled))
        }
    }
}
