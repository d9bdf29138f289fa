import AuthClient
import Foundation
import Model
import Postgres
import Sealing
import TestKit
import Testing

@testable import AuthService

@Suite struct KeyTests {
    @Test func `every presentation is the same principal`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let key = try #require(admin.key.split(separator: "*").first.map(String.init))
            let first = try await house.access(key: key)
            for form in ["Bearer \(key)", "bearer \(key)", " \(key) ", "\(key)*", admin.key, "\(key)*tail*of*stars"] {
                let access = try await house.access(key: form)
                #expect(access.principal == first.principal && access.credential == first.credential, "\(form.count)")
                #expect(access.grants == first.grants && access.limits == first.limits)
            }
        }
    }

    @Test func `a key carries the address of its server`() async throws {
        try await AuthHouse.with { house in
            let parts = try await house.begin().key.split(separator: "*")
            #expect(parts.count == 2)
            let json = try #require(Data(base64Encoded: String(parts[1])))
            #expect(String(decoding: json, as: UTF8.self) == #"{"baseUrl":"http://127.0.0.1:8080"}"#)
        }
    }

    @Test func `what is no key is refused without asking the database`() async throws {
        try await AuthHouse.with { house in
            let key = KeyText.fresh().text
            await house.database.close()
            let wrong = [
                "", "*", "Bearer", "x", String(key.dropLast()), key + "x", "hlys_" + key.dropFirst(5),
                String(key.dropLast()) + (key.hasSuffix("0") ? "1" : "0"), key.replacingOccurrences(of: "_", with: "-"),
                String(repeating: "a", count: 1_000_000),
            ]
            for text in wrong {
                #expect(await outcome { _ = try await house.access(key: text) } == "unauthenticated key_unknown")
            }
            #expect(await outcome { _ = try await house.access(key: key) }.hasPrefix("postgres"))
        }
    }

    @Test func `dead keys say why only to who has the secret`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let key = try #require(KeyText(presented: admin.key))
            let id = try await house.access(key: admin.key).credential
            try await house.owner.run("UPDATE auth.api_keys SET expires_at = now() - interval '1 s'", for: .none)
            #expect(await outcome { _ = try await house.access(key: admin.key) } == "unauthenticated key_expired")
            try await house.service.keys.revoke(id, as: admin.access)
            #expect(await outcome { _ = try await house.access(key: admin.key) } == "unauthenticated key_revoked")
            let stranger = KeyText.fresh()
            try await house.owner.run("UPDATE auth.api_keys SET key_id = \(stranger.id)", for: .none)
            #expect(await outcome { _ = try await house.access(key: stranger.text) } == "unauthenticated key_unknown")
            #expect(await outcome { _ = try await house.access(key: key.text) } == "unauthenticated key_unknown")
        }
    }

    @Test func `a key makes no key and revokes only itself`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let byKey = try await house.access(key: admin.key)
            #expect(await outcome { _ = try await house.key(of: byKey) } == "forbidden session_required")
            let other = try await house.access(key: try await house.key(of: admin.access))
            #expect(
                await outcome { try await house.service.keys.revoke(other.credential, as: byKey) }
                    == "forbidden session_required")
            try await house.service.keys.revoke(byKey.credential, as: byKey)
            #expect(await outcome { _ = try await house.access(key: admin.key) } == "unauthenticated key_revoked")
        }
    }

    @Test func `nobody revokes or lists another's key`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (ada, bob) = (try await house.person("ada", by: admin), try await house.person("bob", by: admin))
            let key = try await house.access(key: try await house.key(of: ada)).credential
            #expect(await outcome { try await house.service.keys.revoke(key, as: bob) } == "notFound")
            #expect(try await house.service.keys.list(as: bob).isEmpty)
            #expect(try await house.service.keys.list(as: ada).map(\.id) == [key])
            try await house.service.keys.revoke(key, as: admin.access)
            #expect(try await house.service.keys.list(as: ada).first?.revokedAt != nil)
        }
    }

    @Test func `limits travel, and take away`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let limits = Access.Limits(actions: [.log], workspaces: [admin.workspace])
            let access = try await house.access(key: try await house.key(of: admin.access, limits: limits))
            #expect(access.limits == limits)
            #expect(access.allows(.log, on: .workspace(admin.workspace)))
            #expect(!access.allows(.read, on: .workspace(admin.workspace)))
            #expect(!access.allows(.administerInstance, on: .instance))
            #expect(await outcome { _ = try await house.service.keys.list(as: access) } == "forbidden session_required")
        }
    }

    @Test func `a key lives for 90 days unless told, and never over 365`() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        func days(_ expiry: Date?) throws -> Double {
            try APIKey.Draft(name: "k", limits: Access.Limits(), expiresAt: expiry, now: now)
                .expiresAt.timeIntervalSince(now) / 86_400
        }
        #expect(try days(nil) == 90)
        #expect(try days(now.addingTimeInterval(365 * 86_400)) == 365)
        #expect(throws: Failure.self) { try days(now.addingTimeInterval(366 * 86_400)) }
        #expect(throws: Failure.self) { try days(now) }
    }

    @Test func `the demoted owner's key follows at once`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let ada = try await house.person("ada", [Grant(.editor, on: place)], by: admin)
            let key = try await house.key(of: ada)
            #expect(try await house.access(key: key).allows(.log, on: place))
            try await house.service.memberships.set(Grant(.viewer, on: place), to: ada.principal, as: admin.access)
            #expect(try await !house.access(key: key).allows(.log, on: place))
            try await house.service.memberships.remove(place, from: ada.principal, as: admin.access)
            #expect(try await !house.access(key: key).allows(.read, on: place))
        }
    }

    @Test func `use is written in batches, beside the requests`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            for _ in 0..<100 { _ = try await house.access(key: admin.key) }
            #expect(try await house.service.keys.list(as: admin.access).first?.lastUsedAt == nil)
            try await house.service.flushLastUse()
            let key = try #require(try await house.service.keys.list(as: admin.access).first)
            #expect(try #require(key.lastUsedAt).timeIntervalSinceNow > -30)
            #expect(key.lastAddress == "192.0.2.7" && key.lastClient == "sdk")
        }
    }

    @Test func `a dump of the database holds no secret`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            var keys = [try #require(KeyText(presented: admin.key))]
            for _ in 0..<20 { keys.append(try #require(KeyText(presented: try await house.key(of: admin.access)))) }
            let session = try await house.signIn("admin")
            let dump = try await house.owner.first(
                """
                SELECT concat((SELECT string_agg(t::text, '') FROM auth.api_keys t),
                              (SELECT string_agg(t::text, '') FROM auth.sessions t),
                              (SELECT string_agg(t::text, '') FROM auth.setup_tokens t),
                              (SELECT string_agg(t::text, '') FROM auth.accounts t),
                              (SELECT string_agg(t::text, '') FROM auth.audit t))
                """, for: .none
            ) { row in try row.read(String.self) }
            let text = try #require(dump)
            for secret in keys.flatMap({ [$0.secret, $0.text] }) + [session, AuthHouse.password] {
                let bytes = Array(secret.utf8)
                #expect(!text.contains(secret))
                #expect(!text.contains(bytes.hex) && !text.contains(Data(bytes).base64EncodedString()))
                if secret != session { #expect(!text.contains(SHA256.digest(of: bytes).hex)) }
            }
        }
    }
}

extension [UInt8] {
    fileprivate var hex: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
