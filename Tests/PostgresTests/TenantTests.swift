import Foundation
import Postgres
import TestKit
import Testing

/// The wall between tenants, and that the planner can see through it.
@Suite struct TenantTests {
    /// A table as migrations make them, with one row per tenant that names it.
    private func withNotes(_ body: (Database, Database, [UUID]) async throws -> Void) async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            let tenants = (0..<50).map { _ in UUID() }
            try await owner.run(
                [
                    "SET LOCAL ROLE halley_owner",
                    """
                    CREATE TABLE tracking.note (workspace_id uuid NOT NULL, id bigint NOT NULL, text text NOT NULL,
                        CONSTRAINT note_pkey PRIMARY KEY (workspace_id, id))
                    """,
                    "ALTER TABLE tracking.note ENABLE ROW LEVEL SECURITY",
                    "ALTER TABLE tracking.note FORCE ROW LEVEL SECURITY",
                    """
                    CREATE POLICY note_tenants ON tracking.note
                        USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
                        WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
                    """,
                ], for: .none)
            try await owner.run(
                """
                INSERT INTO tracking.note (workspace_id, id, text)
                SELECT w, n, w::text FROM unnest(\(tenants)) w, generate_series(1, 200) n
                """, for: .none)
            try await owner.run("ANALYZE tracking.note", for: .none)
            try await body(database, owner, tenants)
        }
    }

    @Test func `without tenants there are no rows, and none can be written`() async throws {
        try await withNotes { database, _, tenants in
            let count: SQL = "SELECT count(*) FROM tracking.note"
            let cases: [(Tenants, Int)] = [
                (.none, 0), (.these([]), 0), (.one(tenants[0]), 200), (.these(tenants), 10_000), (.none, 0),
            ]
            for (seen, expected) in cases {
                let found = try await database.first(count, for: seen) { try $0.read(Int.self) }
                #expect(found == expected)
            }
            for other in [Tenants.none, .one(tenants[1])] {
                let error = await #expect(throws: PostgresError.self) {
                    try await database.run(
                        "INSERT INTO tracking.note (workspace_id, id, text) VALUES (\(tenants[0]), 999, 'x')",
                        for: other)
                }
                #expect(error?.sqlState == "42501")
            }
        }
    }

    @Test func `64 tasks of random tenants never see another's row nor a setting left over`() async throws {
        try await withNotes { database, _, tenants in
            let seed = UInt64.random(in: 0 ... .max)
            await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(task))
                        for _ in 0..<150 { try await self.step(database, tenants, &random) }
                    }
                }
                do { try await group.waitForAll() } catch { Issue.record("seed \(seed): \(error)") }
            }
        }
    }

    /// One call of a random shape; every row it sees must be of its tenants.
    private func step(_ database: Database, _ tenants: [UUID], _ random: inout SeededRandom) async throws {
        let mine = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            tenants.randomElement(using: &random) ?? UUID()
        }
        let texts = Set(mine.map { $0.uuidString.lowercased() })
        let wanted = mine.isEmpty ? Tenants.none : .these(mine)
        let read: SQL = "SELECT DISTINCT text, current_setting('halley.workspaces', true) FROM tracking.note"
        func decode(_ row: inout Row) throws -> String { try row.read() }
        switch Int.random(in: 0..<16, using: &random) {
        case 10..<15:
            let seen = try await database.first(
                """
                SELECT coalesce(string_agg(DISTINCT text, ','), ''),
                       coalesce(current_setting('halley.workspaces', true), '')
                  FROM tracking.note
                """, for: wanted, commit: .joint
            ) { (Set(try $0.read(String.self).split(separator: ",").map(String.init)), try $0.read(String.self)) }
            #expect(seen?.0 == texts)
            #expect(Set((seen?.1 ?? "?").split(separator: ",").map(String.init)) == texts)
        case 15:
            await #expect(throws: PostgresError.self) {
                try await database.run(
                    ["UPDATE tracking.note SET text = 'lost'", "SELECT 1 / \(0)"], for: wanted, commit: .joint)
            }
        case 0..<6:
            #expect(Set(try await database.rows(read, for: wanted, decode)) == texts)
        case 6:
            await #expect(throws: PostgresError.self) {
                try await database.run(["UPDATE tracking.note SET text = text", "SELECT 1 / \(0)"], for: wanted)
            }
        case 7:
            #expect(Set(try await database.transaction(for: wanted) { try await $0.rows(read, decode) }) == texts)
        case 8:
            let task = Task {
                try await database.rows("SELECT text, pg_sleep(0.001) FROM tracking.note LIMIT 20", for: wanted, decode)
            }
            task.cancel()
            if let rows = try? await task.value { #expect(texts.isSuperset(of: rows)) }
        default:
            let setting = try await database.first(
                "SELECT coalesce(current_setting('halley.workspaces', true), '')", for: .none, decode)
            #expect(setting == "")
        }
    }

    @Test func `the policy is evaluated once and looked up in the index`() async throws {
        try await withNotes { database, _, tenants in
            func plan(_ sql: SQL) async throws -> String {
                try await database.rows(sql, for: .one(tenants[3])) { try $0.read(String.self) }.joined(separator: "\n")
            }
            let keyed = try await plan(
                "EXPLAIN (COSTS OFF) SELECT text FROM tracking.note WHERE workspace_id = \(tenants[3]) AND id = \(7)")
            #expect(
                keyed.contains("Index Scan using note_pkey") || keyed.contains("Index Only Scan using note_pkey"),
                "\(keyed)")
            #expect(keyed.contains("InitPlan 1"), "\(keyed)")
            let bare = try await plan("EXPLAIN (COSTS OFF) SELECT text FROM tracking.note WHERE id = \(7)")
            #expect(bare.contains("note_pkey") && bare.contains("= ANY ($"), "\(bare)")
            try await database.transaction(for: .one(tenants[3])) { transaction in
                try await transaction.run("SET LOCAL plan_cache_mode = force_generic_plan")
                let generic = try await transaction.rows(
                    "EXPLAIN (COSTS OFF) SELECT text FROM tracking.note WHERE workspace_id = \(tenants[3]) AND id = \(7)"
                ) { try $0.read(String.self) }
                #expect(generic.joined().contains("note_pkey"), "\(generic)")
            }
        }
    }
}
