import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

@Suite struct BootstrapTests {
    @Test func `the first start makes an administrator who owns the first workspace`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            #expect(admin.access.allows(.administerInstance, on: .instance))
            #expect(admin.access.allows(.manageMembers, on: .workspace(admin.workspace)))
            #expect(admin.access.bySession)
            let byKey = try await house.access(key: admin.key)
            #expect(byKey.principal == admin.access.principal)
            #expect(byKey.grants == admin.access.grants)
            #expect(!byKey.bySession)
        }
    }

    @Test func `there is no second first start`() async throws {
        try await AuthHouse.with { house in
            let results = await race(16) { index in
                _ = try await house.service.bootstrap.begin(name: "admin \(index)", workspace: .fresh())
            }
            #expect(results == ["ok": 1, "conflict already_bootstrapped": 15])
            let accounts = try await house.owner.rows("SELECT name FROM auth.accounts", for: .none) { row in
                try row.read(String.self)
            }
            #expect(accounts.count == 1)
        }
    }

    @Test func `nobody signs in before the link was used`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.service.bootstrap.begin(name: "admin", workspace: .fresh())
            for password in ["", "admin", "password", AuthHouse.password] {
                #expect(
                    await outcome { _ = try await house.signIn("admin", password) } == "unauthenticated sign_in_refused"
                )
            }
        }
    }
}
