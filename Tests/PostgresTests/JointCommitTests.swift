import Foundation
import Postgres
import TestKit
import Testing

/// Calls that share a transaction look to each caller like one of its own.
@Suite struct JointCommitTests {
    private func withNotes(_ body: (Database, Database) async throws -> Void) async throws {
        try await ScratchDatabase.withEmpty { scratch in
            let database = try await Database(
                DatabaseConfig(conninfo: scratch.conninfo(.superuser)), logger: ScratchDatabase.logger)
            try await database.run(
                "CREATE TABLE note (n bigint PRIMARY KEY CONSTRAINT positive CHECK (n > 0), transaction text NOT NULL)",
                for: .none)
            let other = try await Database(
                DatabaseConfig(conninfo: scratch.conninfo(.superuser), pipelines: 1), logger: ScratchDatabase.logger)
            try await body(database, other)
            await database.close()
            await other.close()
        }
    }

    private func insert(_ n: Int, _ database: Database) async throws -> Int? {
        try await database.first(
            "INSERT INTO note VALUES (\(n), pg_current_xact_id()::text) RETURNING n", for: .none, commit: .joint
        ) { try $0.read(Int.self) }
    }

    @Test func `64 tasks share transactions and get their own answers`() async throws {
        try await withNotes { database, other in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        for turn in 1...50 {
                            let n = task * 1000 + turn
                            let kept = try await insert(n, database)
                            #expect(kept == n)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let (rows, transactions) = try #require(
                try await other.first("SELECT count(*), count(DISTINCT transaction) FROM note", for: .none) {
                    (try $0.read(Int.self), try $0.read(Int.self))
                })
            #expect(rows == 64 * 50)
            #expect(transactions < rows / 2)
        }
    }

    @Test func `who fails takes nobody along, and hears its own reason`() async throws {
        try await withNotes { database, other in
            let failed = try await withThrowingTaskGroup(of: String?.self) { group in
                for n in 1...400 {
                    group.addTask {
                        do {
                            // Each tenth is no positive number, and each seventh comes twice.
                            _ = try await insert(n % 10 == 0 ? -n : n % 7 == 0 ? 7 : n, database)
                            return nil
                        } catch let error as PostgresError {
                            return error.constraint
                        }
                    }
                }
                return try await group.reduce(into: [String: Int]()) { if let why = $1 { $0[why, default: 0] += 1 } }
            }
            let tenths = (1...400).count { $0 % 10 == 0 }
            let sevenths = (1...400).count { $0 % 7 == 0 && $0 % 10 != 0 }
            #expect(failed == ["positive": tenths, "note_pkey": sevenths - 1])
            let kept = try await other.first("SELECT count(*) FROM note", for: .none) { try $0.read(Int.self) }
            #expect(kept == 400 - tenths - sevenths + 1)
        }
    }

    @Test func `who is cancelled takes nobody along`() async throws {
        try await withNotes { database, _ in
            for round in 0..<10 {
                let doomed = Task { try await database.run("SELECT pg_sleep(20)", for: .none, commit: .joint) }
                let others = (1...20).map { n in Task { try await insert(round * 100 + n, database) } }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...10)))
                doomed.cancel()
                await #expect(throws: CancellationError.self) { try await doomed.value }
                for (place, task) in others.enumerated() { #expect(try await task.value == round * 100 + place + 1) }
            }
        }
    }

    /// Also when it finds the thread that sees to time asleep for good, as it is after a tenth of a second without calls.
    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `one that waits for a lock does not hold up those that come later`(_ isIdle: Bool) async throws {
        try await withNotes { database, other in
            func update() async throws {
                try await database.run(
                    "UPDATE note SET transaction = 'mine' WHERE n = 1", for: .none, commit: .joint)
            }
            _ = try await insert(1, database)
            try await update()
            if isIdle { try await other.run("SELECT pg_sleep(0.1)", for: .none) }
            try await other.transaction(for: .none) { transaction in
                try await transaction.run("UPDATE note SET transaction = '' WHERE n = 1")
                let waiting = Task { try await update() }
                defer { waiting.cancel() }
                func waits() async throws -> Int? {
                    try await transaction.first("SELECT count(*) FROM pg_locks WHERE NOT granted") {
                        try $0.read(Int.self)
                    }
                }
                while try await waits() == 0 { await Task.yield() }
                let later = try await insert(2, database)
                let stillWait = try await waits()
                #expect(later == 2 && stillWait == 1)
            }
        }
    }
}
