import Directory
import Egress
import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

/// Directories as their administrator keeps them. `Tests/sso` signs in with a real one.
@Suite struct DirectoryProviderTests {
    @Test func `its password goes in, is sealed, and is asked for again when it would go elsewhere`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            func change(_ provider: Provider, _ secret: String = "") async -> String {
                await outcome {
                    _ = try await house.service.providers.change(provider, secret: secret, as: admin.access)
                }
            }
            let made = try await house.provider(.directory(), secret: "canary-secret", by: admin)
            #expect(try await house.service.providers.list(as: admin.access).map(\.provider) == [made])
            let kept = try #require(try await house.service.providers.store.find(made.id))
            #expect(Data(kept.secret).range(of: Data("canary-secret".utf8)) == nil)
            #expect(
                try house.service.providers.vault.open(kept.secret, of: made.id).bytes == Array("canary-secret".utf8))

            let elsewhere = [
                Provider.directory("ldaps://evil.example.org", id: made.id),
                .directory("ldap://ldap.example.org", id: made.id), .directory(id: made.id, startTLS: false),
                .directory(id: made.id, bind: "cn=other,dc=example,dc=org"),
                .directory(id: made.id, authority: "-----BEGIN CERTIFICATE-----"),
            ]
            for moved in elsewhere { #expect(await change(moved) == "invalid provider_secret") }
            #expect(await change(.directory(id: made.id, rules: [])) == "ok")
            #expect(await change(elsewhere[0], "canary-secret") == "ok")
            // Without a name nothing is sent, whatever is kept.
            #expect(await change(.directory("ldaps://third.example.org", id: made.id, bind: "")) == "ok")
            let bare = try #require(try await house.service.providers.store.find(made.id))
            #expect(try bare.question(house.service.providers.vault).isAnonymous)

            let events = try await house.service.audit.store.list(AuditSearch(), in: [.none], after: nil, limit: 100)
            #expect(events.contains { $0.detail.contains("ldaps://evil.example.org") })
            #expect(!events.contains { $0.detail.contains("canary") })
        }
    }

    @Test func `what identities rest on stays, and a machine may be exchanged`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let made = try await house.provider(.directory(bind: ""), by: admin)
            for moved in [
                Provider.directory(id: made.id, bind: "", base: "dc=example,dc=net"),
                .directory(id: made.id, bind: "", subject: "uid"), .sample(id: made.id),
            ] {
                let result = await outcome {
                    _ = try await house.service.providers.change(moved, secret: "", as: admin.access)
                }
                #expect(result == "conflict provider_ground")
            }
            let other = Provider.directory("ldaps://ldap2.example.org", id: made.id, bind: "")
            #expect(
                await outcome { _ = try await house.service.providers.change(other, secret: "", as: admin.access) }
                    == "ok")
        }
    }

    @Test func `rules of form are told`() async throws {
        let rule = { (group: String) in Provider.GroupRole(group: group, grant: Grant(.viewer, on: .instance)) }
        let broken: [Provider] = [
            .directory("https://ldap.example.org"), .directory("ldap://ldap.example.org", startTLS: false),
            .directory(bind: "me"), .directory(base: ""), .directory(subject: "entry UUID"),
            .directory(subject: "a)(b"),
            .directory(client: "x"), .directory(rules: [rule("physicists")]),
            .directory(rules: [rule("cn=a,dc=b"), rule("CN=a, DC=b")]),
        ]
        for provider in broken {
            #expect(throws: Failure.self, "\(provider)") { try provider.check(Egress()) }
        }
        let allowed = Egress(rules: try EgressRules("ldap.internal:389"))
        for provider in [
            Provider.directory(), .directory("ldap://127.0.0.1:3890", startTLS: false), .directory("ldap://10.1.2.3"),
            .directory("ldap://ldap.internal", startTLS: false), .directory(rules: [rule("cn=a,dc=b")]),
        ] {
            #expect(throws: Never.self) { try provider.check(allowed) }
        }
        let admin = Failure.Code.invalid
        try await AuthHouse.with { house in
            let begun = try await house.begin()
            for (provider, secret) in [(Provider.directory(), ""), (.directory(bind: ""), "secret")] {
                let result = await outcome { _ = try await house.provider(provider, secret: secret, by: begun) }
                #expect(result == "\(admin) provider_invalid")
            }
        }
    }

    @Test func `a group is one group, however its name is written`() {
        let provider = Provider.directory(rules: [
            .init(group: "CN=Physics, OU=Groups, DC=example", grant: Grant(.instanceAuditor, on: .instance))
        ])
        #expect(provider.roles(for: ["cn=physics,ou=groups,dc=example"]) == [Grant(.instanceAuditor, on: .instance)])
        for other in ["cn=physics,ou=other,dc=example", "physics", "cn=physics\\,ou=groups,dc=example"] {
            #expect(provider.roles(for: [other]).isEmpty)
        }
        // To others, names are only texts.
        #expect(
            Provider.sample(rules: [.init(group: "A", grant: Grant(.instanceAuditor, on: .instance))]).roles(for: ["a"])
                .isEmpty)
    }

    @Test func `another kind's provider takes no password`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let oidc = try await house.provider(.sample(), by: admin)
            let attempt = DirectorySignIns.Attempt(
                provider: oidc.id, name: "ada", password: "password", address: "192.0.2.1")
            let result = await outcome {
                _ = try await house.service.directorySignIns.signIn(
                    attempt, beginning: Session.Draft(address: "192.0.2.1", client: ""))
            }
            #expect(result == "notFound provider_unknown")
            #expect(await outcome { try await house.service.directorySignIns.join(attempt, as: admin.access) } != "ok")
        }
    }
}
