import Foundation
import Postgres
import TestKit
import Testing

@Suite(.serialized) struct CrashTests {
    @Test func `a killed server fails what was under way, and is used again when it is back`() async throws {
        let cluster = try await ScratchCluster()
        let config = DatabaseConfig(conninfo: cluster.conninfo(database: "postgres", user: "postgres"), pipelines: 2)
        let database = try await Database(config, logger: ScratchDatabase.logger)
        try await database.transaction(for: .none) { try await $0.run("CREATE TABLE kept (n int)") }
        let underWay = (0..<20).map { _ in Task { try await database.run("SELECT pg_sleep(30)", for: .none) } }
        let interactive = Task {
            try await database.transaction(for: .none) { _ = try await $0.run("SELECT pg_sleep(30)") }
        }
        try await waitUntilAsleep(cluster)
        try cluster.kill()
        for task in underWay {
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.isConnectionLoss == true)
        }
        let error = await #expect(throws: PostgresError.self) { try await interactive.value }
        #expect(error?.isConnectionLoss == true)

        // These wait for the server.
        let waiting = (0..<10).map { n in
            Task { try await database.first("SELECT \(n)", for: .none) { try $0.read(Int.self) } }
        }
        try await restart(cluster)
        for (n, task) in waiting.enumerated() { #expect(try await task.value == n) }
        #expect(try await database.transaction(for: .none) { try await $0.run("SELECT 1") } == 1)
        await database.close()
    }

    @Test func `without a server calls give up after a while, and opening fails at once`() async throws {
        let cluster = try await ScratchCluster()
        var config = DatabaseConfig(conninfo: cluster.conninfo(database: "postgres", user: "postgres"))
        config.connectionWaitMax = .milliseconds(300)
        let database = try await Database(config, logger: ScratchDatabase.logger)
        try cluster.kill()
        let clock = ContinuousClock.now
        while true {
            // The backends outlive their server by a moment.
            do {
                try await database.ping()
            } catch let error as PostgresError {
                #expect(error.isConnectionLoss)
                if error.sqlState == "08001" { break }
            }
        }
        let error = await #expect(throws: PostgresError.self) { try await database.transaction(for: .none) { _ in } }
        #expect(error?.isConnectionLoss == true)
        #expect(ContinuousClock.now - clock < .seconds(5))
        await #expect(throws: PostgresError.self) { try await Database(config, logger: ScratchDatabase.logger) }
        await database.close()
    }

    @Test func `a backend that is terminated costs its own calls only`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            for _ in 0..<20 {
                try await owner.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'halley_tracking' AND datname = current_database()",
                    for: .none)
                var answered = false
                while !answered {
                    do {
                        try await database.ping()
                        answered = true
                    } catch let error as PostgresError {
                        #expect(error.isConnectionLoss)
                    }
                }
                #expect(try await database.transaction(for: .none) { try await $0.run("SELECT 1") } == 1)
            }
        }
    }

    private func waitUntilAsleep(_ cluster: ScratchCluster) async throws {
        let config = DatabaseConfig(conninfo: cluster.conninfo(database: "postgres", user: "postgres"), pipelines: 1)
        let watch = try await Database(config, logger: ScratchDatabase.logger)
        var asleep = 0
        // The interactive one, and one of those that share connections: the second of these may not be there yet.
        while asleep < 2 {
            asleep =
                try await watch.first("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", for: .none)
            {
                try $0.read(Int.self)
            } ?? 0
        }
        await watch.close()
    }

    /// The kernel needs a moment to let go of what the killed server held.
    private func restart(_ cluster: ScratchCluster) async throws {
        for attempt in 1... {
            do {
                return try await cluster.start()
            } catch  where attempt < 20 {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
