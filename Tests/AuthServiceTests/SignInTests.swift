import Foundation
import Model
import Postgres
import Sealing
import TestKit
import Testing

@testable import AuthService

@Suite struct SignInTests {
    /// Names that get one answer: of nobody, of somebody with another password, with too many failures, with none, and of
    /// an account out of use.
    private func prepare(_ house: AuthHouse) async throws -> [String] {
        let admin = try await house.begin()
        for name in ["closed", "sso", "gone"] { _ = try await house.person(name, by: admin) }
        try await house.setFailures(80, of: "closed")
        try await house.owner.run(
            [
                "UPDATE auth.accounts SET password = NULL WHERE name = 'sso'",
                "UPDATE auth.accounts SET deactivated_at = now() WHERE name = 'gone'",
            ], for: .none)
        return ["nobody", "admin", "closed", "sso", "gone"]
    }

    @Test func `whoever is not let in gets one answer, whatever the reason`() async throws {
        try await AuthHouse.with { house in
            var answers: Set<String> = []
            for name in try await prepare(house) {
                let password = name == "admin" ? "not the right password" : AuthHouse.password
                for _ in 0..<10 {
                    let failure = await #expect(throws: Failure.self) { _ = try await house.signIn(name, password) }
                    answers.insert("\(String(describing: failure)) \(String(describing: failure?.retryAfter))")
                }
                #expect(await outcome { _ = try await house.signIn(name, password) } == throttled, "\(name)")
            }
            #expect(answers.count == 1, "\(answers)")
        }
    }

    @Test func `it takes the same time to refuse either`() async throws {
        try await AuthHouse.with { house in
            let names = try await prepare(house)
            var times: [String: [Double]] = [:]
            let clock = ContinuousClock()
            for round in 0..<60 {
                try await house.forgetTries()
                for name in names {
                    let took = await clock.measure {
                        _ = await outcome { _ = try await house.signIn(name, "wrong", from: "10.\(round).0.1") }
                    }
                    times[name, default: []].append(took / .microseconds(1))
                }
            }
            let medians = times.mapValues { $0.sorted()[$0.count / 2] }
            let unknown = try #require(medians["nobody"])
            for (name, median) in medians {
                #expect(abs(median - unknown) < 0.4 * max(median, unknown), "\(name): \(median) against \(unknown) µs")
            }
        }
    }

    @Test func `one address cannot try a hundred names and more`() async throws {
        try await AuthHouse.with { house in
            let results = await race(120) { index in
                _ = try await house.signIn("name \(index)", "wrong", from: "198.51.100.\(index)")
            }
            let throttled = results["exhausted sign_in_throttled"] ?? 0
            #expect(throttled + (results["exhausted busy"] ?? 0) >= 20 && throttled >= 18, "\(results)")
        }
    }

    @Test func `a password hashed at an older cost is hashed again`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let weak = try PasswordHasher(cost: PasswordHash.Cost(memoryKiB: 32, passes: 1, lanes: 1))
            let old = try await weak.hash(AuthHouse.password)
            try await house.owner.run("UPDATE auth.accounts SET password = \(old.phc)", for: .none)
            _ = try await house.signIn("admin")
            let now = try await house.owner.first("SELECT password FROM auth.accounts", for: .none) { row in
                try row.read(String.self)
            }
            #expect(now?.contains("m=64,t=1,p=1") == true)
            _ = try await house.signIn("admin")
        }
    }

    @Test func `every sign-in is in the audit log, and no password`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            _ = await outcome { _ = try await house.signIn("hunter2 hunter2", "hunter2 hunter2") }
            _ = await outcome { _ = try await house.signIn("admin", "hunter2 hunter2") }
            _ = try await house.signIn("admin")
            let entries = try await house.service.audit.store.page(in: nil, after: 0, limit: 100)
            let signIns = entries.filter { $0.action == "session.sign_in" }
            #expect(signIns.map(\.outcome) == ["refused", "refused", "ok"])
            #expect(signIns.map(\.actor) == ["", "admin", "admin"])
            #expect(!entries.contains { "\($0)".contains("hunter2") })
        }
    }
}
