import Egress
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

@Suite struct ProviderTests {
    @Test func `only administrators of the instance see and keep providers`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let made = try await house.provider(.sample(), by: admin)
            let others = [ada, try await house.access(key: try await house.key(of: ada))]
            for access in others {
                #expect(await outcome { _ = try await house.service.providers.list(as: access) } == "forbidden")
                #expect(
                    await outcome { _ = try await house.service.providers.create(.sample(), secret: "", as: access) }
                        == "forbidden")
                #expect(
                    await outcome { _ = try await house.service.providers.change(made, secret: "", as: access) }
                        == "forbidden")
                #expect(
                    await outcome { _ = try await house.service.providers.test(made.id, as: access) } == "forbidden")
                #expect(await outcome { try await house.service.providers.delete(made.id, as: access) } == "forbidden")
            }
            #expect(try await house.service.providers.list(as: admin.access).map(\.provider) == [made])
        }
    }

    @Test func `a secret goes in and is nowhere in clear`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let made = try await house.provider(.sample(), secret: "canary-secret", by: admin)
            let kept = try #require(try await house.service.providers.store.find(made.id)).secret
            #expect(Data(kept).range(of: Data("canary-secret".utf8)) == nil)
            #expect(try house.service.providers.vault.open(kept, of: made.id).bytes == Array("canary-secret".utf8))
            // In another provider's row it opens not.
            #expect(throws: (any Error).self) { try house.service.providers.vault.open(kept, of: .fresh()) }
            _ = try await house.service.providers.change(made, secret: "", as: admin.access)
            #expect(try await house.service.providers.store.find(made.id)?.secret == kept)
            _ = try await house.service.providers.change(made, secret: "another", as: admin.access)
            let other = try #require(try await house.service.providers.store.find(made.id)).secret
            #expect(try house.service.providers.vault.open(other, of: made.id).bytes == Array("another".utf8))
            let events = try await house.service.audit.store.list(
                AuditSearch(), in: [.none], after: nil, limit: 100)
            #expect(events.filter { $0.action.hasPrefix("provider.") }.count == 3)
            #expect(!events.contains { $0.detail.contains("canary") })
        }
    }

    @Test func `what identities rest on stays`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let made = try await house.provider(.sample(), by: admin)
            let moved = Provider.sample(id: made.id, issuer: "https://login.example.org/")
            let result = await outcome {
                _ = try await house.service.providers.change(moved, secret: "", as: admin.access)
            }
            #expect(result == "conflict provider_ground")
            #expect(
                await outcome { _ = try await house.service.providers.change(.sample(), secret: "", as: admin.access) }
                    == "notFound provider_unknown")
        }
    }

    @Test func `rules of form are told`() async throws {
        let egress = Egress()
        let broken: [Provider] = [
            .sample(""), .sample(String(repeating: "x", count: 61)), .sample("a\nb"), .sample(" a"),
            .sample(issuer: "http://login.example.org"), .sample(issuer: "https://127.0.0.1.:99/"), .sample(issuer: ""),
            .sample(issuer: "https://user@login.example.org"), .sample(issuer: "https://login.example.org/#x"),
            .sample(issuer: "https://login.example.org/?x"), .sample(domains: ["a@b.example"]), .sample(client: ""),
            .sample(rules: [
                .init(group: "g", grant: Grant(.viewer, on: .project(.fresh(), in: .fresh())))
            ]),
            .sample(
                rules: [Role.instanceUser, .instanceAuditor].map { .init(group: "g", grant: Grant($0, on: .instance)) }),
        ]
        for provider in broken {
            #expect(await outcome { try provider.check(egress) } == "invalid provider_invalid", "\(provider)")
        }
        #expect(await outcome { try Provider.sample().check(egress) } == "ok")
    }

    /// The instance's administrator has no silent way into a workspace: not through a group either.
    @Test func `a group gets no role that the administrator could not give`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            func outcomeOf(_ grant: Grant) async -> String {
                await outcome {
                    _ = try await house.provider(.sample(rules: [.init(group: "g", grant: grant)]), by: admin)
                }
            }
            #expect(await outcomeOf(Grant(.viewer, on: .workspace(.fresh()))) == "forbidden role_above_own")
            #expect(await outcomeOf(Grant(.owner, on: .workspace(admin.workspace))) == "ok")
            #expect(await outcomeOf(Grant(.instanceAdmin, on: .instance)) == "ok")
            // What is there already does not have to be given again, by somebody who could not.
            let rule = Provider.GroupRole(group: "g", grant: Grant(.owner, on: .workspace(admin.workspace)))
            let made = try await house.provider(.sample(rules: [rule]), by: admin)
            let bob = try await house.person("bob", [Grant(.instanceAdmin, on: .instance)], by: admin)
            let renamed = Provider.sample("Other", id: made.id, rules: [rule])
            _ = try await house.service.providers.change(renamed, secret: "", as: bob)
            let more = Provider.sample("Other", id: made.id, rules: [rule, .init(group: "h", grant: rule.grant)])
            #expect(
                await outcome { _ = try await house.service.providers.change(more, secret: "", as: bob) }
                    == "forbidden role_above_own")
        }
    }
}
