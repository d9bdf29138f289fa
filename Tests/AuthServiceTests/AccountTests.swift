import AuthClient
import Foundation
import Model
import TestKit
import Testing
import Wire
import WireMessages

@testable import AuthService

@Suite struct AccountTests {
    @Test func `only the administrator makes accounts, and no name twice`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("Ada", by: admin)
            func create(_ name: String, _ email: String = "", by: Access) async -> String {
                await outcome { _ = try await house.service.accounts.create(name: name, email: email, as: by) }
            }
            #expect(await create("bob", by: ada) == "forbidden")
            #expect(await create("ADA", by: admin.access) == "conflict account_exists")
            #expect(await create("eve", "ADA@example.org", by: admin.access) == "conflict account_exists")
            #expect(await create("", by: admin.access) == "invalid name_empty")
            #expect(await create("a@b", by: admin.access) == "invalid name_invalid")
            #expect(await create("mallory", "no address", by: admin.access) == "invalid email_invalid")
        }
    }

    @Test func `people find whom they share a workspace with`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.viewer, on: place)], by: admin)
            let bob = try await house.person("bob", [Grant(.editor, on: place)], by: admin)
            let stranger = try await house.person("eve", by: admin)
            let everybody = [ada, bob, stranger].map(\.principal)
            func ids(_ access: Access) async throws -> [String] {
                try await house.service.accounts.find(ids: everybody, name: "", email: "", as: access).map(\.name)
            }
            #expect(try await ids(ada) == ["ada", "bob"])
            #expect(try await ids(stranger) == ["eve"])
            #expect(try await ids(admin.access) == ["ada", "bob", "eve"])
            func named(_ name: String, _ access: Access) async throws -> [String] {
                try await house.service.accounts.find(ids: [], name: name, email: "", as: access).map(\.name)
            }
            #expect(try await named("EVE", ada).isEmpty)
            #expect(try await named("bob", ada) == ["bob"])
        }
    }

    @Test func `whoever comes without access gets nothing`() async throws {
        try await AuthHouse.with { house in
            var methods = Methods()
            house.service.register(in: &methods)
            #expect(methods.numbers == AuthMethod.allCases.map { UInt16($0.rawValue) }.filter { $0 != 0 }.sorted())
            let call = Call(access: nil, deadline: .now + .seconds(5))
            let keys = APIKeyHandler(keys: house.service.keys)
            let grants = GrantHandler(memberships: house.service.memberships)
            let accounts = AccountHandler(accounts: house.service.accounts)
            let log = AuditHandler(audit: house.service.audit)
            let results = [
                await outcome { _ = try await keys.create(CreateKeyRequest(), call) },
                await outcome { _ = try await keys.list(ListKeysRequest(), call) },
                await outcome { _ = try await keys.revoke(RevokeKeyRequest(), call) },
                await outcome { _ = try await grants.set(SetGrantRequest(), call) },
                await outcome { _ = try await grants.remove(RemoveGrantRequest(), call) },
                await outcome { _ = try await grants.list(ListMembersRequest(), call) },
                await outcome { _ = try await accounts.create(CreateAccountRequest(), call) },
                await outcome { _ = try await accounts.find(FindAccountsRequest(), call) },
                await outcome { _ = try await log.list(ListAuditRequest(), call) },
                await outcome { _ = try await log.record(RecordAuditRequest(), call) },
            ]
            #expect(results.allSatisfy { $0.hasPrefix("unauthenticated") || $0.hasPrefix("invalid") }, "\(results)")
        }
    }
}
