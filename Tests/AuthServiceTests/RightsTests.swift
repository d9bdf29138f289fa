import AuthClient
import Foundation
import Model
import Postgres
import SwiftProtobuf
import TestKit
import Testing
import Wire
import WireMessages

@testable import AuthService

/// Every method of the service, tried by everybody.
@Suite struct RightsTests {
    typealias Row = RightsRow<RightsScene>

    /// Whoever is signed in may; nobody else.
    static let signedIn = Row.Rule.told { $0 == .nobody ? .unauthenticated : nil }

    /// Those of these kinds may; to others it is not there.
    static func only(_ callers: Caller...) -> Row.Rule {
        .told { $0 == .nobody ? .unauthenticated : callers.contains($0) ? nil : .notFound }
    }

    /// Those of these kinds may; to others it is closed. Roles in a workspace count for nothing here.
    static func instance(_ callers: Caller...) -> Row.Rule {
        .told { $0 == .nobody ? .unauthenticated : callers.contains($0) ? nil : .forbidden }
    }

    /// What is named proves nothing: everybody is refused, whoever they are.
    static func always(_ code: Failure.Code) -> Row.Rule { .told { _ in code } }

    /// The same, where nobody is refused earlier.
    static func signedInAlways(_ code: Failure.Code) -> Row.Rule {
        .told { $0 == .nobody ? .unauthenticated : code }
    }

    @Test func `every method does for each role what the matrix says, and no more`() async throws {
        try await AuthHouse.with { house in
            let scene = try await RightsScene(house)
            var methods = Methods()
            house.service.register(in: &methods)
            let rights = Rights(
                Self.proofs + Self.factors + Self.providers + Self.provisioning + Self.keys + Self.issued + Self.mail
                    + Self.members
                    + Self.accounts + Self.entries
                    + Self.log,
                bySession: true)
            #expect(rights.strays(methods).isEmpty, "a method without a row, or a row without a method")
            let found = try await rights.violations(
                of: methods, in: scene.workspace, scene, secrets: [Array("secret".utf8)])
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
    }
}

/// The house of which callers ask, and a workspace with somebody and something of each kind.
struct RightsScene: Sendable {
    let house: AuthHouse
    let admin: AuthHouse.Admin
    var workspace: ID<Workspace> { admin.workspace }
    var wire: Data { Data(workspace.bytes) }

    /// Of which the made up provisioner is one.
    let provider: Provider

    init(_ house: AuthHouse) async throws {
        (self.house, admin) = (house, try await house.begin())
        provider = try await house.provider(.sample("secret"), by: admin)
    }

    /// Callers are made up; here they get the account and the grants that they say they have.
    func settle(_ caller: Access) async throws {
        let kind = caller.kind == .provisioner ? "serviceAccount" : "person"
        let (id, name) = (caller.principal.uuid, "\(caller.name)-\(caller.principal.text)")
        try await house.owner.run(
            """
            INSERT INTO auth.accounts (id, kind, name, name_key) VALUES (\(id), \(kind), \(name), \(name))
            ON CONFLICT DO NOTHING
            """, for: .none)
        if caller.kind == .provisioner { try await provision(caller) }
        for grant in caller.grants {
            try await house.owner.run(GrantStore.upsert(grant, to: caller.principal, by: caller.principal), for: .none)
        }
    }

    private func provision(_ caller: Access) async throws {
        try await house.owner.run(
            [
                """
                INSERT INTO auth.provisioners (provider_id, account_id)
                VALUES (\(provider.id.uuid), \(caller.principal.uuid)) ON CONFLICT DO NOTHING
                """,
                """
                INSERT INTO auth.api_keys (id, key_id, kind, digest, pepper_version, last_four, account_id, created_by,
                    name, expires_at)
                VALUES (\(caller.credential.uuid), 'AAAAAAAA', 'provisioning', \([UInt8](repeating: 0, count: 32)), 1,
                    'AAAA', \(caller.principal.uuid), \(caller.principal.uuid), 'x', now() + interval '1 day')
                ON CONFLICT DO NOTHING
                """,
            ], for: .none)
    }

    /// A key of the provider.
    func scimToken() async throws -> Data {
        let made = try await house.service.provisioning.createKey(
            of: provider.id, name: "secret", ranges: [], expiresAt: nil, as: admin.access)
        return Data(made.key.id.bytes)
    }

    /// Somebody whom the provider keeps.
    func kept() async throws -> Data {
        let actor = AuditEvent.Actor.nobody
        let name = "kept-" + UUID().uuidString
        let id = try await house.service.provisioning.store.insert(.sample(name), provider, actor)
        return Data(id.bytes)
    }

    func keptGroup() async throws -> Data {
        let draft = try Provisioned.Group.Draft(name: "kept-" + UUID().uuidString, externalID: "", members: [])
        let id = try await house.service.provisioning.store.save(
            draft, of: nil, version: nil, provider, AuditEvent.Actor.nobody)
        return Data(id.bytes)
    }

    /// Somebody new, a viewer in the workspace.
    func viewer() async throws -> Data {
        let name = "secret-" + UUID().uuidString
        let made = try await house.service.accounts.create(name: name, email: "", as: admin.access).0
        try await house.service.memberships.set(Grant(.viewer, on: .workspace(workspace)), to: made, as: admin.access)
        return Data(made.bytes)
    }

    /// A key of somebody else.
    func key() async throws -> Data {
        let owner = try await viewer()
        let draft = try APIKey.Draft(name: "secret", limits: Access.Limits(), expiresAt: nil)
        let account = ID<Account>(bytes: owner) ?? .fresh()
        let seal = try house.service.keys.seal(draft, of: account, by: account)
        try await house.database.run(APIKeyStore.insert(draft, seal), for: .none)
        return Data(draft.id.bytes)
    }

    /// One of this workspace.
    func serviceAccount() async throws -> Data {
        Data(try await house.serviceAccount("secret-" + UUID().uuidString, by: admin).bytes)
    }

    func trust() async throws -> Data {
        let account = try await serviceAccount()
        let trust = Trust.sample(for: ID(bytes: account) ?? .fresh(), label: "secret")
        try await house.service.trusts.create(trust, as: admin.access)
        return Data(trust.id.bytes)
    }

    /// The code of a program that waits.
    func device() async throws -> String {
        let draft = try DeviceRequest.Draft.sample()
        try await house.service.devices.begin(draft)
        return draft.user.text
    }

    func group() async throws -> Data {
        let name = "secret-" + UUID().uuidString
        let id = try await house.service.groups.create(
            name: name, description: "", home: workspace, as: admin.access)
        return Data(id.bytes)
    }

    func role() async throws -> Data {
        let id = try await house.service.roles.save(
            nil, name: "secret-" + UUID().uuidString, actions: [.read], in: workspace, as: admin.access)
        return Data(id.bytes)
    }

    func invitation() async throws -> Data {
        let draft = try Invitation.Draft(label: "secret", grant: Grant(.viewer, on: .workspace(workspace)))
        return Data(try await house.service.invitations.invite(draft, as: admin.access).id.bytes)
    }

    func madeProvider() async throws -> Data {
        Data(try await house.provider(.sample("secret \(UUID())"), by: admin).id.bytes)
    }

    /// As an administrator would write it.
    static func provider(_ label: String) -> ProviderRecord {
        let sample = Provider.sample(label)
        return ProviderRecord.with {
            ($0.kind, $0.label, $0.enabled) = (.providerOidc, label, true)
            ($0.issuer, $0.clientID, $0.scopes) = (sample.issuer, sample.clientID, sample.scopes)
        }
    }
}
