import Foundation
import Postgres
import Synchronization
import TestKit
import Testing

@Suite struct TransactionTests {
    private struct Stop: Error {}

    private func withCounter(_ body: (Database) async throws -> Void) async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                try await database.run(
                    [
                        "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)",
                        "INSERT INTO counter VALUES (1, 0), (2, 0)",
                    ],
                    for: .none)
                try await body(database)
            }
        }
    }

    private func count(_ database: Database) async throws -> Int? {
        try await database.first("SELECT sum(n)::bigint FROM counter", for: .none) { try $0.read(Int.self) }
    }

    @Test func `what was thrown out of is rolled back`() async throws {
        try await withCounter { database in
            await #expect(throws: Stop.self) {
                try await database.transaction(for: .none) { transaction in
                    try await transaction.run("UPDATE counter SET n = 5")
                    throw Stop()
                }
            }
            #expect(try await count(database) == 0)
            try await database.transaction(for: .none) { try await $0.run("UPDATE counter SET n = 5 WHERE id = 1") }
            #expect(try await count(database) == 5)
        }
    }

    @Test func `a swallowed error does not pass for a COMMIT`() async throws {
        try await withCounter { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(for: .none) { transaction in
                    try await transaction.run("UPDATE counter SET n = 5")
                    _ = try? await transaction.run("SELECT 1 / \(0)")
                }
            }
            #expect(error?.sqlState == "25P02")
            let left = try await count(database)
            #expect(left == 0)
        }
    }

    @Test func `a transaction that has ended refuses statements`() async throws {
        try await withCounter { database in
            let leaked = try await database.transaction(for: .none) { $0 }
            let error = await #expect(throws: PostgresError.self) { try await leaked.run("UPDATE counter SET n = 5") }
            #expect(error?.sqlState == "25P01")
            #expect(try await count(database) == 0)
        }
    }

    @Test func `serialization failures run again until the sum is right`() async throws {
        try await withCounter { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<5 {
                            var done = false
                            while !done {
                                do {
                                    try await database.transaction(for: .none, isolation: .serializable) {
                                        transaction in
                                        let n =
                                            try await transaction.first("SELECT n FROM counter WHERE id = 1") {
                                                try $0.read(Int.self)
                                            } ?? 0
                                        try await transaction.run("UPDATE counter SET n = \(n + 1) WHERE id = 1")
                                    }
                                    done = true
                                } catch let error as PostgresError where error.isRetryable {}
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await count(database) == 40)
        }
    }

    @Test func `a deadlock ends with both having happened`() async throws {
        try await withCounter { database in
            func both(_ first: Int, _ second: Int) async throws {
                try await database.transaction(for: .none) { transaction in
                    try await transaction.run("UPDATE counter SET n = n + 1 WHERE id = \(first)")
                    try await Task.sleep(for: .milliseconds(50))
                    try await transaction.run("UPDATE counter SET n = n + 1 WHERE id = \(second)")
                }
            }
            async let one: Void = both(1, 2)
            async let other: Void = both(2, 1)
            _ = try await (one, other)
            #expect(try await count(database) == 4)
        }
    }

    @Test func `cancelling ends the statement, rolls back, and leaves nothing behind`() async throws {
        try await withCounter { database in
            for _ in 0..<10 {
                let clock = ContinuousClock.now
                let task = Task {
                    try await database.transaction(for: .none) { transaction in
                        try await transaction.run("UPDATE counter SET n = 100")
                        try await transaction.run("SELECT pg_sleep(20)")
                    }
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...15)))
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(ContinuousClock.now - clock < .seconds(8))
                #expect(try await database.transaction(for: .none) { try await $0.run("SELECT 1") } == 1)
            }
            #expect(try await count(database) == 0)
        }
    }

    @Test func `more transactions than sessions wait for their turn, and may give up`() async throws {
        try await withCounter { database in
            let holders = (0..<4).map { _ in
                Task { try await database.transaction(for: .none) { _ = try await $0.run("SELECT pg_sleep(0.3)") } }
            }
            try await Task.sleep(for: .milliseconds(50))
            let impatient = Task {
                try await database.transaction(for: .none) { _ = try await $0.run("UPDATE counter SET n = 9") }
            }
            impatient.cancel()
            await #expect(throws: CancellationError.self) { try await impatient.value }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await database.transaction(for: .none) {
                            _ = try await $0.run("UPDATE counter SET n = n + 1 WHERE id = 1")
                        }
                    }
                }
                try await group.waitForAll()
            }
            for holder in holders { try await holder.value }
            #expect(try await count(database) == 20)
        }
    }

    @Test func `notifications arrive, and the first element says that LISTEN is in force`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                var messages = database.listen("news").makeAsyncIterator()
                var others = database.listen("other").makeAsyncIterator()
                #expect(await messages.next() == "")
                #expect(await others.next() == "")
                for n in 0..<3 { try await database.run("SELECT pg_notify('news', \("message \(n)"))", for: .none) }
                for n in 0..<3 { #expect(await messages.next() == "message \(n)") }
                try await database.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
                    for: .none)
                #expect(await messages.next() == "")
                try await database.run("NOTIFY news, 'again'", for: .none)
                #expect(await messages.next() == "again")
                await database.close()
                #expect(await messages.next() == nil)
            }
        }
    }
}
