import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct LockOutTests {
    /// A stranger who tries from ever new networks.
    private func guess(_ house: AuthHouse, _ name: String, _ times: Int) async -> Set<String> {
        var outcomes: Set<String> = []
        for number in 0..<times {
            outcomes.insert(
                await outcome {
                    _ = try await house.signIn(name, "not the right password", from: "198.51.\(number).7")
                })
        }
        return outcomes
    }

    @Test func `after a hundred failures only a known place or a new link helps`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.person("ada", by: admin)
            _ = try await house.person("bob", by: admin)
            #expect(await guess(house, "ada", 99) == ["unauthenticated sign_in_refused"])
            _ = try await house.signIn("ada", from: "203.0.113.50")
            #expect(await guess(house, "ada", 100) == ["unauthenticated sign_in_refused"], "it began anew")
            let away = await outcome { _ = try await house.signIn("ada", from: "203.0.113.99") }
            #expect(away == "unauthenticated sign_in_refused", "the right password, from nowhere known")
            _ = try await house.signIn("bob", from: "203.0.113.99")
            _ = try await house.signIn("ada", from: "203.0.113.50")
            _ = try await house.signIn("ada", from: "203.0.113.99")
        }
    }

    @Test func `a link for a new password opens the account again`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            _ = await guess(house, "ada", 100)
            #expect(await outcome { _ = try await house.signIn("ada", from: "203.0.113.9") } != "ok")
            let token = OpaqueToken.fresh()
            try await house.database.run(AccountStore.insert(token, for: ada.principal), for: .none)
            _ = try await house.settle(token.text)
            _ = try await house.signIn("ada", from: "203.0.113.9")
        }
    }
}
