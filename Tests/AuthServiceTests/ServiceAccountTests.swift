import AuthClient
import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct ServiceAccountTests {
    @Test func `a service account works by its key, as what it was granted`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let bot = try await house.serviceAccount("ci", by: admin)
            let made = try await house.service.keys.create(
                name: "runner", limits: Access.Limits(), ranges: [],
                expiresAt: Date().addingTimeInterval(3000 * 86_400), for: bot, as: admin.access)
            #expect(made.secret.hasPrefix("hlys_"))
            let access = try await house.access(key: made.secret)
            #expect(access.kind == .serviceAccount && access.principal == bot && access.name == "ci")
            #expect(access.allows(.log, on: .workspace(admin.workspace)))
            #expect(!access.allows(.manageMembers, on: .workspace(admin.workspace)))
            #expect(await outcome { _ = try await house.key(of: access) } == "forbidden session_required")
            #expect(try await house.service.keys.list(of: bot, as: admin.access).map(\.name) == ["runner"])
        }
    }

    @Test func `it never signs in, and its name is its workspace's own`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let bot = try await house.serviceAccount("ci", by: admin)
            let (stranger, theirs) = try await house.stranger(by: admin)
            #expect(await outcome { _ = try await house.signIn("ci") } == "unauthenticated sign_in_refused")
            #expect(await outcome { _ = try await house.serviceAccount("CI", by: admin) } == "conflict account_exists")
            let twin = try AccountEntry.Resident(.serviceAccount, name: "ci", description: "", home: theirs)
            try await house.service.accounts.create(twin, as: stranger)
            #expect(
                await outcome { _ = try await house.service.accounts.resetLink(for: bot, as: admin.access) }
                    == "notFound")
        }
    }

    @Test func `another workspace's people neither see it nor its keys, nor can grant to it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let bot = try await house.serviceAccount("ci", by: admin)
            let (stranger, theirs) = try await house.stranger(by: admin)
            let (keys, accounts) = (house.service.keys, house.service.accounts)
            let attempts: [@Sendable () async throws -> Void] = [
                { _ = try await keys.list(of: bot, as: stranger) },
                { _ = try await keys.revokeAll(of: bot, as: stranger) },
                { try await accounts.setActive(false, bot, as: stranger) },
                {
                    _ = try await keys.create(
                        name: "x", limits: Access.Limits(), ranges: [], expiresAt: nil, for: bot, as: stranger)
                },
                { _ = try await accounts.residents(.serviceAccount, of: admin.workspace, as: stranger) },
            ]
            for attempt in attempts { #expect(await outcome(attempt) == "notFound") }
            #expect(
                await outcome {
                    try await house.service.memberships.set(
                        Grant(.viewer, on: .workspace(theirs)), to: bot, as: stranger)
                } == "notFound account_unknown")
            #expect(try await accounts.residents(.serviceAccount, of: theirs, as: stranger).isEmpty)
        }
    }

    @Test func `only people are owners`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            #expect(
                await outcome { _ = try await house.serviceAccount("boss", role: .owner, by: admin) }
                    == "invalid role_for_people")
        }
    }

    @Test func `put out of use, its keys end and do not come back`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let bot = try await house.serviceAccount("ci", by: admin)
            func key() async throws -> String {
                try await house.service.keys.create(
                    name: "k", limits: Access.Limits(), ranges: [], expiresAt: nil, for: bot, as: admin.access
                ).secret
            }
            let first = try await key()
            try await house.service.accounts.setActive(false, bot, as: admin.access)
            #expect(await outcome { _ = try await house.access(key: first) } == "unauthenticated key_revoked")
            #expect(await outcome { _ = try await key() } == "exhausted too_many_keys")
            try await house.service.accounts.setActive(true, bot, as: admin.access)
            #expect(await outcome { _ = try await house.access(key: first) } == "unauthenticated key_revoked")
            _ = try await house.access(key: try await key())
        }
    }
}
