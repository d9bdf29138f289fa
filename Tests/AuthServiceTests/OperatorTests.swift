import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct OperatorTests {
    @Test func `the operator is the instance's administrator for a minute, and it is told`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let access = try await house.access(operator: "root: users create")
            #expect(access.allows(.administerInstance, on: .instance) && access.bySession && access.isOperator)
            #expect(!access.allows(.read, on: .workspace(admin.workspace)), "no way into a workspace")
            #expect((50...61).contains(access.expiresAt.timeIntervalSinceNow))
            let (id, _, _) = try await house.service.accounts.create(name: "ada", email: "", as: access)
            let entries = try await house.service.audit.list(
                AuditSearch(), in: nil, after: nil, limit: 2, as: admin.access
            ).entries
            #expect(entries.map(\.action) == ["account.create", "operator.access"])
            #expect(entries.allSatisfy { $0.actor == "operator" && $0.credential == access.credential.uuid })
            #expect(entries.first?.object == id.text)
            #expect(entries.last?.detail.contains("root: users create") == true)
            #expect(!admin.access.isOperator)
        }
    }
}
