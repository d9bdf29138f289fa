import Foundation
import Postgres
import TestKit
import Testing

@Suite struct ConcurrencyTests {
    @Test func `64 tasks share the connections and get their own answers`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        for turn in 0..<200 {
                            let n = task * 1000 + turn
                            let back = try await database.first("SELECT \(n), \("\(n)")", for: .none) {
                                (try $0.read(Int.self), try $0.read(String.self))
                            }
                            #expect(back?.0 == n && back?.1 == "\(n)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `answers larger than any buffer do not stop the others`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, _ in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let blob = [UInt8](repeating: 7, count: 3 << 20)
                        return try await database.first("SELECT \(blob) || \(blob)", for: .none) {
                            try $0.read([UInt8].self).count
                        } ?? 0
                    }
                    group.addTask {
                        try await database.first("SELECT 6291456", for: .none) { try $0.read(Int.self) } ?? 0
                    }
                }
                for try await count in group { #expect(count == 6 << 20) }
            }
        }
    }

    @Test func `cancelling ends the statement on the server, and no other`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            for _ in 0..<10 {
                let clock = ContinuousClock.now
                let slow = Task { try await database.run("SELECT pg_sleep(20)", for: .none) }
                let behind = (0..<20).map { n in
                    Task { try await database.first("SELECT \(n)", for: .none) { try $0.read(Int.self) } }
                }
                let doomed = Task { try await database.run("SELECT pg_sleep(21)", for: .none) }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...20)))
                slow.cancel()
                doomed.cancel()
                await #expect(throws: CancellationError.self) { try await slow.value }
                for (n, task) in behind.enumerated() { #expect(try await task.value == n) }
                await #expect(throws: CancellationError.self) { try await doomed.value }
                #expect(ContinuousClock.now - clock < .seconds(8))
            }
            let left = try await owner.first(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2%' AND state = 'active' AND pid <> pg_backend_pid()",
                for: .none
            ) { try $0.read(Int.self) }
            #expect(left == 0)
        }
    }

    @Test func `a call whose task is cancelled already does not begin`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, _ in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await database.run("SELECT pg_sleep(5)", for: .none)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let transaction = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await database.transaction(for: .none) { _ = try await $0.run("SELECT pg_sleep(5)") }
            }
            await #expect(throws: CancellationError.self) { try await transaction.value }
            try await database.ping()
        }
    }

    @Test func `a statement that takes too long is ended by the server`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            let config = DatabaseConfig(
                conninfo: scratch.conninfo(.superuser), pipelines: 1, statementTimeout: .milliseconds(100))
            let database = try await Database(config, logger: ScratchDatabase.logger)
            let error = await #expect(throws: PostgresError.self) {
                try await database.run("SELECT pg_sleep(5)", for: .none)
            }
            #expect(error?.isTimeout == true)
            await database.close()
        }
    }

    @Test func `more calls than may wait are refused at once`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            var config = DatabaseConfig(conninfo: scratch.conninfo(.superuser), pipelines: 1)
            config.depthMax = 2
            config.waitingMax = 3
            let database = try await Database(config, logger: ScratchDatabase.logger)
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        do {
                            try await database.run("SELECT pg_sleep(0.05)", for: .none)
                            return true
                        } catch {
                            return (error as? PostgresError)?.isOverload == true ? false : nil
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.contains(true) && outcomes.contains(false) && !outcomes.contains(nil))
            try await database.ping()
            await database.close()
        }
    }

    @Test func `closing gives up what is not answered after five seconds, sent or not, once`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            var config = DatabaseConfig(conninfo: scratch.conninfo(.superuser), pipelines: 1)
            config.depthMax = 1
            let database = try await Database(config, logger: ScratchDatabase.logger)
            let other = try await Database(config, logger: ScratchDatabase.logger)
            let outcomes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        do {
                            try await database.run("SELECT pg_sleep(14)", for: .none, commit: .joint)
                            return nil
                        } catch { return (error as? PostgresError)?.message }
                    }
                }
                while try await other.first(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", for: .none,
                    { try $0.read(Int.self) }) == 0
                { await Task.yield() }
                await database.close()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 4 && !outcomes.contains(nil) && outcomes.contains("the database was closed"))
            await other.close()
        }
    }
}
