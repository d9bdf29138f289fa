import Foundation
import Model
import Postgres
import Sealing
import Synchronization
import TestKit
import Testing

@testable import AuthService

/// A file that a test can look into.
final class Shelf: Sendable {
    private let bytes = Mutex<[UInt8]?>(nil)

    var content: [UInt8]? {
        get { bytes.withLock { $0 } }
        set { bytes.withLock { $0 = newValue } }
    }

    var file: HeadsFile { HeadsFile(read: { self.content }, write: { self.content = $0 }) }
}

@Suite struct AuditHeadTests {
    private func fill(_ house: AuthHouse, _ count: Int, in workspace: ID<Workspace>? = nil) async throws {
        for index in 0..<count {
            try await house.service.audit.store.append(
                AuditEvent(.nobody, "test.event", in: workspace, on: "object \(index)"))
        }
    }

    @Test func `a chain that has grown is still the one that was written down`() async throws {
        try await AuthHouse.with { house in
            let workspace = ID<Workspace>.fresh()
            #expect(try await house.service.audit.witness.publish() == [])
            #expect(house.shelf.content == nil)
            try await fill(house, 3)
            try await fill(house, 2, in: workspace)
            #expect(try await house.service.audit.witness.publish() == [])
            let first = try #require(house.shelf.content)
            #expect(try await house.service.audit.witness.publish() == [] && house.shelf.content == first)
            try await fill(house, 3)
            #expect(try await house.service.audit.witness.publish() == [])
            let heads = try #require(try house.service.audit.witness.read()?.heads)
            #expect(heads[.none]?.sequence == 6 && heads[workspace.uuid]?.sequence == 2)
            guard case .whole(6, _) = try await house.service.audit.verify(nil).finding else {
                Issue.record("not whole")
                return
            }
            #expect(try await house.service.audit.chains() == [UUID.none, workspace.uuid])
        }
    }

    /// What no row tells by itself: the end is missing, the database is an older one, or everything was made anew.
    @Test(
        arguments: [
            ("DELETE FROM auth.audit WHERE sequence > 7", .cut(at: 8)),
            ("DELETE FROM auth.audit WHERE sequence = 10", .cut(at: 10)),
            ("DELETE FROM auth.audit", .cut(at: 1)),
            ("TRUNCATE auth.audit, auth.audit_chains", .cut(at: 1)),
        ] as [(SQL, AuditFinding)])
    func `an end that was cut off is found`(_ change: SQL, _ expected: AuditFinding) async throws {
        try await AuthHouse.with { house in
            try await fill(house, 10)
            try await house.service.audit.witness.publish()
            try await house.owner.run(change, for: .none)
            #expect(try await house.service.audit.verify(nil).finding == expected)
            #expect(try await house.service.audit.chains() == [.none])
            let before = house.shelf.content
            #expect(try await house.service.audit.witness.publish() == [.none])
            #expect(house.shelf.content == before, "what was written down is not forgotten")
        }
    }

    @Test func `a tail that was made anew is another one`() async throws {
        try await AuthHouse.with { house in
            try await fill(house, 10)
            try await house.service.audit.witness.publish()
            try await house.owner.run("DELETE FROM auth.audit WHERE sequence > 7", for: .none)
            try await fill(house, 5)
            #expect(try await house.service.audit.verify(nil).finding == .rewritten(upTo: 10))
            #expect(try await house.service.audit.witness.publish() == [.none])
            #expect(try house.service.audit.witness.read()?.heads[.none]?.sequence == 10)
        }
    }

    @Test func `two rows that have changed places are found`() async throws {
        try await AuthHouse.with { house in
            try await fill(house, 10)
            try await house.owner.run(
                [
                    "UPDATE auth.audit SET sequence = 1000 WHERE sequence = 4",
                    "UPDATE auth.audit SET sequence = 4 WHERE sequence = 5",
                    "UPDATE auth.audit SET sequence = 5 WHERE sequence = 1000",
                ], for: .none)
            #expect(try await house.service.audit.verify(nil).finding == .broken(at: 4))
        }
    }

    @Test func `a row put in between is found`() async throws {
        try await AuthHouse.with { house in
            try await fill(house, 5)
            try await house.owner.run(
                [
                    "ALTER TABLE auth.audit DISABLE TRIGGER audit_chain",
                    "UPDATE auth.audit SET sequence = sequence + 1000 WHERE sequence > 3",
                    "UPDATE auth.audit SET sequence = sequence - 999 WHERE sequence > 1000",
                    """
                    INSERT INTO auth.audit (workspace_id, sequence, time_us, actor_id, actor, action, object, outcome,
                                            address, detail, form, hash)
                    SELECT workspace_id, 4, time_us, actor_id, actor, action, 'put in', outcome, address, detail, form, hash
                      FROM auth.audit WHERE sequence = 3
                    """,
                ], for: .none)
            #expect(try await house.service.audit.verify(nil).finding == .broken(at: 4))
        }
    }

    @Test func `a file that somebody else has written is not believed`() async throws {
        try await AuthHouse.with { house in
            try await fill(house, 3)
            try await house.service.audit.witness.publish()
            let signed = try #require(house.shelf.content)
            for place in stride(from: 0, to: signed.count, by: 7) {
                var forged = signed
                forged[place] ^= 1
                house.shelf.content = forged
                #expect(
                    await outcome { _ = try await house.service.audit.verify(nil) } == "conflict heads_invalid",
                    "byte \(place)")
                #expect(
                    await outcome { try await house.service.audit.witness.publish() } == "conflict heads_invalid")
            }
            house.shelf.content = try AuditHeads(timeMicroseconds: 1, heads: [:]).signed(with: .generate())
            #expect(await outcome { _ = try await house.service.audit.chains() } == "conflict heads_invalid")
        }
    }

    @Test func `rows from before keys and requests were told stay in their chain`() async throws {
        try await AuthHouse.with { house in
            try await fill(house, 2)
            let store = house.service.audit.store
            let rows = try await store.page(in: nil, after: 0, limit: 9)
            let old = rows.map { row in
                AuditEntry(
                    sequence: row.sequence, timeMicroseconds: row.timeMicroseconds, actorID: row.actorID,
                    actor: row.actor, action: row.action, workspace: row.workspace, object: row.object,
                    outcome: row.outcome, address: row.address, detail: row.detail, credential: row.credential,
                    request: row.request, form: 1, hash: row.hash)
            }
            var chain = AuditChain()
            chain.check(old)
            #expect(chain.verdict == .broken(at: 1), "the form is part of what is hashed")
            // As the trigger of the first release did it.
            try await house.owner.run(
                """
                UPDATE auth.audit SET form = 1, hash = sha256(decode(repeat('00', 32), 'hex')
                    || auth.audit_field(workspace_id::text) || auth.audit_field(sequence::text)
                    || auth.audit_field(time_us::text) || auth.audit_field(actor_id::text) || auth.audit_field(actor)
                    || auth.audit_field(action) || auth.audit_field(object) || auth.audit_field(outcome)
                    || auth.audit_field(address) || auth.audit_field(detail)) WHERE sequence = 1
                """, for: .none)
            try await house.owner.run("DELETE FROM auth.audit WHERE sequence > 1", for: .none)
            try await fill(house, 2)
            guard case .whole(3, _) = try await house.service.audit.verify(nil).finding else {
                Issue.record("not whole")
                return
            }
        }
    }
}
