import AuthClient
import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

/// Where a key works from, what follows it, and all of them at once.
@Suite struct KeyLifeTests {
    private func create(
        _ house: AuthHouse, _ access: Access, _ limits: Access.Limits = Access.Limits(), ranges: [String] = []
    ) async throws -> (key: APIKey, secret: String) {
        try await house.service.keys.create(
            name: "test", limits: limits, ranges: ranges, expiresAt: nil, for: nil, as: access)
    }

    @Test func `a key works from its networks only`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let key = try await create(house, admin.access, ranges: ["192.0.2.0/28", "2001:db8::/48"])
            func from(_ address: String) async -> String {
                await outcome {
                    _ = try await house.service.keys.authenticate(key.secret, address: address, client: "")
                }
            }
            for inside in ["192.0.2.7", "::ffff:192.0.2.15", "2001:db8::1"] { #expect(await from(inside) == "ok") }
            for outside in ["192.0.2.16", "2001:db9::1", "127.0.0.1", "", "unix", "192.0.2.7, 10.0.0.1"] {
                #expect(await from(outside) == "unauthenticated key_elsewhere", "\(outside)")
            }
            #expect(
                try await house.service.keys.list(as: admin.access).first?.ranges == ["192.0.2.0/28", "2001:db8::/48"])
            for wrong in ["192.0.2.1/24", "everywhere", "10.0.0.0/33", ""] {
                #expect(
                    await outcome { _ = try await create(house, admin.access, ranges: [wrong]) }
                        == "invalid ranges_invalid", "\(wrong)")
            }
        }
    }

    @Test func `a key that nobody used for a year opens nothing, however long it was to live`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let key = try await create(house, admin.access)
            func age(used: String?, made: String) async throws -> String {
                try await house.owner.run(
                    """
                    UPDATE auth.api_keys SET last_used_at = now() - \(used)::text::interval,
                           created_at = now() - \(made)::text::interval
                     WHERE id = \(key.key.id.uuid)
                    """, for: .none)
                return await outcome { _ = try await house.access(key: key.secret) }
            }
            #expect(try await age(used: "364 days", made: "1000 days") == "ok")
            #expect(try await age(used: "366 days", made: "1000 days") == "unauthenticated key_unused")
            #expect(try await age(used: nil, made: "364 days") == "ok")
            #expect(try await age(used: nil, made: "366 days") == "unauthenticated key_unused")
        }
    }

    @Test func `a key that only logs says so in its tag`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let key = try await create(house, admin.access, Access.Limits(actions: [.log]))
            #expect(key.secret.hasPrefix("hlyi_") && key.key.kind == .ingest)
            let text = try #require(KeyText(presented: key.secret))
            #expect(text.kind == .ingest)
            #expect(try await house.access(key: key.secret).limits.actions == [.log])
            // The tag belongs to the key: with another one it is nobody's.
            try await house.owner.run("UPDATE auth.api_keys SET kind = 'person'", for: .none)
            #expect(
                await outcome { _ = try await house.access(key: key.secret) } == "unauthenticated key_unknown")
        }
    }

    @Test func `a replaced key works on until its time is over, the new one at once`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let old = try await create(house, admin.access, Access.Limits(actions: [.read]), ranges: ["192.0.2.0/24"])
            let new = try await house.service.keys.replace(
                old.key.id, grace: 3600, expiresAt: nil, as: admin.access)
            #expect(new.key.limits == old.key.limits && new.key.ranges == old.key.ranges)
            _ = try await house.access(key: old.secret)
            _ = try await house.access(key: new.secret)
            let listed = try await house.service.keys.list(as: admin.access).first { $0.id == old.key.id }
            #expect(listed?.replacedBy == new.key.id)
            #expect(try #require(listed).expiresAt.timeIntervalSinceNow < 3601)
            try await house.owner.run(
                "UPDATE auth.api_keys SET expires_at = now() WHERE id = \(old.key.id.uuid)", for: .none)
            #expect(await outcome { _ = try await house.access(key: old.secret) } == "unauthenticated key_expired")
            #expect(
                await outcome {
                    _ = try await house.service.keys.replace(old.key.id, grace: 0, expiresAt: nil, as: admin.access)
                } == "conflict key_not_replaceable")
            #expect(
                await outcome {
                    _ = try await house.service.keys.replace(
                        new.key.id, grace: 8 * 86_400, expiresAt: nil, as: admin.access)
                } == "invalid grace_invalid")
        }
    }

    @Test func `of sixteen who replace one key one does, and no key is left over`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let old = try await create(house, admin.access)
            let outcomes = await race(16) { _ in
                _ = try await house.service.keys.replace(old.key.id, grace: 60, expiresAt: nil, as: admin.access)
            }
            #expect(outcomes == ["ok": 1, "conflict key_not_replaceable": 15])
            #expect(try await house.service.keys.list(as: admin.access).count == 3)
        }
    }

    @Test func `nobody replaces another's key, nor does a key`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (stranger, _) = try await house.stranger(by: admin)
            let key = try await create(house, admin.access)
            let byKey = try await house.access(key: key.secret)
            let theirs = try await create(house, stranger)
            for (key, access) in [(key, stranger), (theirs, admin.access)] {
                #expect(
                    await outcome {
                        _ = try await house.service.keys.replace(key.key.id, grace: 0, expiresAt: nil, as: access)
                    } == "notFound")
            }
            #expect(
                await outcome {
                    _ = try await house.service.keys.replace(key.key.id, grace: 0, expiresAt: nil, as: byKey)
                } == "forbidden session_required")
        }
    }

    @Test func `all keys of somebody end at once, and no one else's`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let (mine, hers) = (try await create(house, admin.access), try await create(house, ada))
            _ = try await create(house, ada)
            #expect(
                await outcome { _ = try await house.service.keys.revokeAll(of: admin.access.principal, as: ada) }
                    == "notFound")
            #expect(try await house.service.keys.revokeAll(of: ada.principal, as: admin.access) == 2)
            #expect(await outcome { _ = try await house.access(key: hers.secret) } == "unauthenticated key_revoked")
            _ = try await house.access(key: mine.secret)
        }
    }
}
