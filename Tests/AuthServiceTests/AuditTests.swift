import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct AuditTests {
    private func fill(_ house: AuthHouse, _ count: Int) async throws {
        for index in 0..<count {
            try await house.service.audit.store.append(
                AuditEvent(.nobody, "test.event", on: "object \(index) é", detail: ["n": "\(index)"]))
        }
    }

    @Test func `a chain written by many at once is whole`() async throws {
        try await AuthHouse.with { house in
            let workspace = ID<Workspace>.fresh()
            let results = await race(32) { index in
                try await house.service.audit.store.append(
                    AuditEvent(.nobody, "test.event", in: index % 2 == 0 ? nil : workspace, on: "\(index)"))
            }
            #expect(results == ["ok": 32])
            for chain in [nil, workspace] {
                guard case .whole(let count, _) = try await house.service.audit.verify(chain).finding else {
                    Issue.record("broken")
                    continue
                }
                #expect(count == 16)
            }
        }
    }

    @Test(
        arguments: [
            ("UPDATE auth.audit SET actor = 'somebody else' WHERE sequence = 7", 7),
            ("UPDATE auth.audit SET detail = '{}' WHERE sequence = 3", 3),
            ("UPDATE auth.audit SET outcome = 'refused' WHERE sequence = 1", 1),
            ("UPDATE auth.audit SET credential_id = gen_random_uuid() WHERE sequence = 2", 2),
            ("UPDATE auth.audit SET request = 'another' WHERE sequence = 9", 9),
            ("UPDATE auth.audit SET form = 1 WHERE sequence = 8", 8),
            (
                """
                UPDATE auth.audit SET sequence = CASE sequence WHEN 4 THEN -5 ELSE -4 END WHERE sequence IN (4, 5);
                """, 4
            ),
            ("UPDATE auth.audit SET time_us = time_us + 1 WHERE sequence = 10", 10),
            ("DELETE FROM auth.audit WHERE sequence = 5", 5),
            ("DELETE FROM auth.audit WHERE sequence <= 2", 1),
            ("UPDATE auth.audit SET sequence = -sequence WHERE sequence = 4", 4),
            (
                "UPDATE auth.audit SET object = left(object, 3), action = action || substr(object, 4) WHERE sequence = 6",
                6
            ),
        ] as [(SQL, Int64)])
    func `whoever changes history is found`(_ change: SQL, _ place: Int64) async throws {
        try await AuthHouse.with { house in
            try await fill(house, 10)
            #expect(try await house.owner.run(change, for: .none) > 0)
            #expect(try await house.service.audit.verify(nil).finding == .broken(at: place))
        }
    }

    @Test(
        arguments: [
            "UPDATE auth.audit SET actor = 'x'", "DELETE FROM auth.audit", "TRUNCATE auth.audit",
            "ALTER TABLE auth.audit DISABLE TRIGGER audit_chain", "DROP TABLE auth.audit",
        ] as [SQL])
    func `the service itself can only append`(_ change: SQL) async throws {
        try await AuthHouse.with { house in
            try await fill(house, 1)
            let result = await outcome { try await house.database.run(change, for: .one(.none)) }
            #expect(result == "postgres 42501")
        }
    }

    @Test func `what the writer says of place, time and hash does not count`() async throws {
        try await AuthHouse.with { house in
            try await house.database.run(
                """
                INSERT INTO auth.audit (workspace_id, sequence, time_us, actor_id, actor, action, object, outcome,
                                        address, detail, hash)
                VALUES (\(UUID.none), 99, 1, \(UUID.none), '', 'test.forged', '', 'ok', '', '{}', '\\x00')
                """, for: .one(.none))
            let entry = try #require(try await house.service.audit.store.page(in: nil, after: 0, limit: 9).first)
            #expect(entry.sequence == 1 && entry.timeMicroseconds > 1_000_000 && entry.hash.count == 32)
        }
    }

    @Test func `a log is read only by those who may, and only their workspace's`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let place = Scope.workspace(admin.workspace)
            let viewer = try await house.person("ada", [Grant(.viewer, on: place)], by: admin)
            let stranger = try await house.person("bob", by: admin)
            let audit = house.service.audit
            let entries = try await audit.list(
                AuditSearch(), in: admin.workspace, after: nil, limit: 100, as: admin.access
            ).entries
            #expect(entries.map(\.action) == ["grant.set", "grant.set"])
            #expect(entries.allSatisfy { $0.workspace == admin.workspace.uuid })
            #expect(entries.map(\.sequence) == [2, 1])
            func list(_ workspace: ID<Workspace>?, _ access: Access) async -> String {
                await outcome {
                    _ = try await audit.list(AuditSearch(), in: workspace, after: nil, limit: 1, as: access)
                }
            }
            #expect(await list(admin.workspace, viewer) == "forbidden")
            #expect(await list(admin.workspace, stranger) == "notFound")
            #expect(await list(nil, viewer) == "forbidden")
            #expect(await list(nil, admin.access) == "ok")
        }
    }

    @Test func `another tenant's rows are behind the wall`() async throws {
        try await AuthHouse.with { house in
            let (mine, theirs) = (ID<Workspace>.fresh(), ID<Workspace>.fresh())
            try await house.service.audit.store.append(AuditEvent(.nobody, "test.event", in: theirs, on: "canary"))
            let seen = try await house.database.rows("SELECT object FROM auth.audit", for: .one(mine.uuid)) { row in
                try row.read(String.self)
            }
            #expect(seen.isEmpty)
            let event = AuditEvent(.nobody, "test.event", in: theirs, on: "")
            let result = await outcome { try await house.database.run(AuditStore.append(event), for: .one(mine.uuid)) }
            #expect(result == "postgres 42501")
        }
    }

    @Test func `a sibling's record is the caller's deed, and nobody else records`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let event = AuditEvent(AuditEvent.Actor(admin.access), "project.delete", in: admin.workspace, on: "p")
            try await house.service.audit.record(event, as: admin.access, from: "workspace")
            #expect(
                await outcome { try await house.service.audit.record(event, as: admin.access, from: "gateway") }
                    == "forbidden")
            let elsewhere = AuditEvent(AuditEvent.Actor(admin.access), "project.delete", in: .fresh(), on: "p")
            #expect(
                await outcome { try await house.service.audit.record(elsewhere, as: admin.access, from: "workspace") }
                    == "notFound")
        }
    }

    @Test func `a change that cannot be told does not happen`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            try await house.owner.run("REVOKE INSERT ON auth.audit FROM halley_auth", for: .none)
            let place = Scope.workspace(admin.workspace)
            #expect(await outcome { _ = try await house.person("ada", by: admin) } == "postgres 42501")
            #expect(await outcome { _ = try await house.key(of: admin.access) } == "postgres 42501")
            #expect(
                await outcome {
                    try await house.service.memberships.set(
                        Grant(.owner, on: .instance), to: admin.access.principal, as: admin.access)
                } != "ok")
            #expect(try await house.service.memberships.list(in: place, as: admin.access).count == 1)
            #expect(try await house.service.keys.list(as: admin.access).count == 1)
        }
    }
}
