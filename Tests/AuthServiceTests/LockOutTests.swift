import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

/// Wrong passwords in a row, from wherever.
@Suite struct LockOutTests {
    @Test func `after eighty failures strangers are not listened to, and after a hundred nobody is`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, desk) = (try await house.person("ada", by: admin), Browser())
            _ = try await house.person("bob", by: admin)
            _ = try await house.signIn("ada", in: desk)
            try await house.setFailures(79, of: "ada")
            #expect(await house.miss("ada", 1) == refused)
            #expect(try await house.failures(of: "ada") == 80)
            #expect(await outcome { _ = try await house.signIn("ada") } == refused, "the right password of a stranger")
            #expect(try await house.failures(of: "ada") == 80)
            _ = try await house.signIn("bob")
            _ = try await house.signIn("ada", in: desk)
            #expect(try await house.failures(of: "ada") == 0, "it begins anew")

            try await house.setFailures(99, of: "ada")
            #expect(await house.miss("ada", 2, in: desk) == refused)
            #expect(await outcome { _ = try await house.signIn("ada", in: desk) } == refused)
            #expect(try await house.failures(of: "ada") == 100)
            let link = try await house.service.accounts.resetLink(for: ada.principal, as: admin.access).0
            _ = try await house.settle(link.text)
            try await house.forgetTries()
            _ = try await house.signIn("ada", from: "203.0.113.9")
        }
    }

    @Test func `of sixteen at once no more are judged than are left`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.person("ada", by: admin)
            let (twin, browsers) = (try house.twin(), [Browser(), Browser()])
            for browser in browsers { _ = try await house.signIn("ada", in: browser) }
            try await house.setFailures(95, of: "ada")
            let results = await race(16) { index in
                let house = index % 2 == 0 ? house : twin
                _ = try await house.signIn("ada", "wrong", in: browsers[index % 2])
            }
            #expect(results == [refused: 16])
            #expect(try await house.failures(of: "ada") == 100)
            #expect(try await house.closed() == 11, "five were compared")

            try await house.setFailures(75, of: "ada")
            let strangers = await race(16) { index in
                let house = index % 2 == 0 ? house : twin
                _ = try await house.signIn("ada", "wrong", from: "10.0.\(index).1")
            }
            #expect(strangers == [refused: 10, throttled: 6])
            #expect(try await house.failures(of: "ada") == 80)
            #expect(try await house.closed() == 16, "five were compared")
        }
    }

    @Test func `asking for the password again counts as well`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let sessions = house.service.sessions
            func prove(_ password: String) async -> String {
                await outcome {
                    _ = try await sessions.reauthenticate(
                        password: password, nil, from: "192.0.2.1", as: admin.access)
                }
            }
            try await house.setFailures(98, of: "admin")
            #expect(await prove("wrong") == "unauthenticated password_refused")
            #expect(await prove(AuthHouse.password) == "ok")
            #expect(try await house.failures(of: "admin") == 0)
            try await house.setFailures(100, of: "admin")
            #expect(await prove(AuthHouse.password) == "unauthenticated password_refused")
            #expect(try await house.failures(of: "admin") == 100)
        }
    }

    @Test func `a right password is no failure, whatever becomes of the second factor`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.enrol(try await house.begin().access)
            try await house.setFailures(5, of: "admin")
            _ = try await house.firstStep("admin")
            #expect(try await house.failures(of: "admin") == 5)
        }
    }
}
