import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// How often a name may be tried, from wherever.
@Suite struct TryTests {
    @Test func `the eleventh try of a name waits, from whatever address, whether anybody has it or not`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            let twin = try house.twin()
            for name in ["admin", "nobody", "admin@example.org", "NOBODY@example.org"] {
                let results = await race(20) { index in
                    let house = index % 2 == 0 ? house : twin
                    _ = try await house.signIn(name, "wrong", from: "10.\(index).0.1")
                }
                #expect(results == [refused: 10, throttled: 10], "\(name)")
                let failure = await #expect(throws: Failure.self) {
                    _ = try await twin.signIn(name.uppercased(), from: "203.0.113.9")
                }
                let wait = try #require(failure?.retryAfter)
                #expect(failure?.reason == "sign_in_throttled" && (.seconds(85)...(.seconds(90))).contains(wait))
            }
        }
    }

    @Test func `each try after the tenth makes it wait twice as long, up to an hour, and a day forgets`() async throws {
        try await AuthHouse.with { house in
            let names = TryNames(key: house.config.peppers.names)
            let (store, pair) = (TryStore(database: house.database), names.pair(typed: "ada", for: nil))
            for _ in 0..<10 { #expect(try await store.take(pair, reserving: nil).isFree) }
            for expected in [90.0, 180, 360, 720, 1440, 2880, 3600, 3600, 3600, 3600, 3600, 3600] {
                #expect(try await store.take(pair, reserving: nil).isFree == false)
                let wait = try #require(try await store.wait(of: pair.typed))
                #expect(abs(wait - expected) < 5, "\(wait) of \(expected)")
                try await house.passTries(seconds: Int32(expected) + 1)
                #expect(try await store.take(pair, reserving: nil).isFree)
            }
            let other = names.pair(typed: "bob", for: nil)
            #expect(try await store.wait(of: other.typed) == nil)
            try await house.passTries(seconds: 86_401)
            for _ in 0..<10 { #expect(try await store.take(pair, reserving: nil).isFree) }
            #expect(try await store.take(pair, reserving: nil).isFree == false)
            try await house.passTries(seconds: 86_401)
            try await house.service.sessions.store.sweep()
            let left = try await house.owner.first("SELECT count(*) FROM auth.sign_in_tries", for: .none) { row in
                try row.read(Int.self)
            }
            #expect(left == 0)
        }
    }

    @Test func `name and address of one account count together, and say no more than those of nobody`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.person("ada", by: admin)
            var answers: [[String]] = []
            for name in ["ada", "eve"] {
                var seen: [String] = []
                for number in 0..<6 { seen.append(await house.miss(name, number)) }
                for number in 0..<6 { seen.append(await house.miss("\(name)@example.org", number)) }
                answers.append(seen)
            }
            #expect(answers[0] == answers[1] && Set(answers[0]) == [refused])
            #expect(try await house.failures(of: "ada") == 10, "two were not compared")
            #expect(await outcome { _ = try await house.signIn("ada") } == refused, "nor is what is right")
            #expect(try await house.closed() == 3)
            try await house.passTries(seconds: 91)
            _ = try await house.signIn("ada@example.org")
            for number in 0..<9 { #expect(await house.miss("ada", number) == refused) }
            _ = try await house.signIn("ada")
        }
    }

    @Test func `tries count for one account, and not for another`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, bob) = (try await house.person("ada", by: admin), try await house.person("bob", by: admin))
            let names = TryNames(key: house.config.peppers.names)
            let store = TryStore(database: house.database)
            let pair = names.pair(typed: "ada", for: ada.principal)
            for _ in 0..<10 { _ = try await store.take(pair, reserving: ada.principal) }
            #expect(try await store.reserve(ada.principal))
            let counts = (try await house.failures(of: "ada"), try await house.failures(of: "bob"))
            #expect(counts == (11, 0))
            let other = names.pair(typed: "bob", for: bob.principal)
            #expect(try await store.wait(of: other.typed) == nil)
            let taken = try await store.take(other, reserving: bob.principal)
            #expect(taken.isFree && taken.isHeard && taken.isReserved)
            let pardon = Try.Pardon(names: names.all(of: bob.principal, nameKey: "bob", emailKey: "bob@example.org"))
            try await store.settle(pardon, clearing: bob.principal)
            for name in [pair.typed, pair.account] { #expect(try await store.wait(of: name) != nil) }
            try await store.release(bob.principal)
            let after = (try await house.failures(of: "ada"), try await house.failures(of: "bob"))
            #expect(after == (11, 0))
        }
    }

    @Test func `a success gives a network one try back, and no more`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            for index in 0..<50 {
                #expect(
                    await outcome { _ = try await house.signIn("n\(index)", "wrong", from: "10.1.1.\(index)") } != "ok")
            }
            func left() async throws -> Double {
                try await house.owner.first("SELECT min(tokens) FROM auth.throttles", for: .none) { row in
                    try row.read(Double.self)
                } ?? -1
            }
            let before = try await left()
            #expect((50..<60).contains(before))
            _ = try await house.signIn("admin", from: "10.1.1.200")
            #expect((before..<before + 2).contains(try await left()))
        }
    }

    @Test func `a success forgives the tries of the name it was of`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            for round in 0..<3 {
                for number in 0..<9 { #expect(await house.miss("admin", round * 10 + number) == refused) }
                _ = try await house.signIn("admin", from: "203.0.113.\(round)")
            }
        }
    }

    @Test func `many at once never wait for each other in a circle`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let enrolled = try await house.enrol(admin.access)
            let (twin, desk) = (try house.twin(), Browser())
            _ = try await house.signIn("ada", in: desk)
            for round in 0..<4 {
                try await house.forgetTries()
                let results = await race(48) { index in
                    let house = index % 2 == 0 ? house : twin
                    let from = "10.\(round).\(index).1"
                    switch index % 6 {
                    case 0: _ = try await house.signIn("ada", from: from)
                    case 1: _ = try await house.signIn("ada@example.org", from: from)
                    case 2: _ = try await house.signIn("ada", "wrong", from: from)
                    case 3: _ = try await house.signIn("ada", in: desk)
                    case 4:
                        _ = try await house.service.sessions.reauthenticate(
                            password: AuthHouse.password, nil, from: from, as: ada)
                    default:
                        let pending = try await house.firstStep("admin", from: from)
                        _ = try await house.secondStep(pending, recovery: enrolled.recoveryCodes[index / 6 % 10])
                    }
                }
                let known = ["ok", refused, throttled, "exhausted busy", "unauthenticated second_factor_refused"]
                #expect(Set(results.keys).isSubset(of: known), "\(results)")
                #expect(results["ok"] ?? 0 > 10, "\(results)")
            }
        }
    }

    @Test func `a network that has none left makes no name wait`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            for index in 0..<100 {
                _ = await outcome { _ = try await house.signIn("n\(index)", "wrong", from: "10.1.1.\(index)") }
            }
            for _ in 0..<20 {
                let result = await outcome { _ = try await house.signIn("admin", from: "10.1.1.1") }
                #expect(result == "ok" || result == throttled)
            }
            _ = try await house.signIn("admin", from: "10.1.2.1")
        }
    }
}
