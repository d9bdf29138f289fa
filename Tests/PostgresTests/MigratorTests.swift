import Foundation
import Postgres
import TestKit
import Testing

@Suite struct MigratorTests {
    private func write(_ files: [String: String], to directory: URL) throws {
        for (name, text) in files {
            try Data(text.utf8).write(to: directory.appendingPathComponent(name))
        }
    }

    private func withFolder(_ body: (ScratchDatabase, URL) async throws -> Void) async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await ScratchDirectory.with { directory in
                try FileManager.default.copyItem(
                    at: Repository.migrations.appendingPathComponent("0001_foundation.sql"),
                    to: directory.appendingPathComponent("0001_foundation.sql"))
                try await body(scratch, directory)
            }
        }
    }

    private func migrate(_ scratch: ScratchDatabase, _ directory: URL) async throws -> MigrationReport {
        try await Migrator.migrate(
            conninfo: scratch.conninfo(.superuser), directory: directory, logger: ScratchDatabase.logger)
    }

    private func failure(_ scratch: ScratchDatabase, _ directory: URL) async -> MigrationError? {
        do {
            _ = try await migrate(scratch, directory)
            return nil
        } catch {
            return error as? MigrationError
        }
    }

    @Test func `eight migrators at once apply each file once`() async throws {
        try await withFolder { scratch, directory in
            try write(
                [
                    "0002_makes_a_table.sql": "CREATE TABLE auth.a (n int); INSERT INTO auth.a VALUES (1);",
                    "0010_fills_it.sql": "INSERT INTO auth.a VALUES (2);", "README.md": "no migration",
                ], to: directory)
            let reports = try await withThrowingTaskGroup(of: MigrationReport.self) { group in
                for _ in 0..<8 { group.addTask { try await self.migrate(scratch, directory) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(
                reports.flatMap(\.applied) == ["0001_foundation.sql", "0002_makes_a_table.sql", "0010_fills_it.sql"])
            #expect(reports.allSatisfy { $0.version == 10 })
            try await scratch.open(.auth) { database in
                let sum = try await database.first("SELECT sum(n) FROM auth.a", for: .none) { try $0.read(Int.self) }
                #expect(sum == 3)
            }
            for role in [ScratchDatabase.Role.tracking, .superuser] {
                try await Migrator.verify(
                    conninfo: scratch.conninfo(role), directory: directory, logger: ScratchDatabase.logger)
            }
        }
    }

    @Test func `a changed file, a twin, a late one and a missing one are refused`() async throws {
        try await withFolder { scratch, directory in
            try write(["0002_a.sql": "SELECT 1", "0004_b.sql": "SELECT 1"], to: directory)
            _ = try await migrate(scratch, directory)
            try write(["0004_c.sql": "SELECT 1"], to: directory)
            #expect(await failure(scratch, directory) == .twin(4))
            try FileManager.default.removeItem(at: directory.appendingPathComponent("0004_c.sql"))
            try write(["0003_late.sql": "SELECT 1"], to: directory)
            #expect(await failure(scratch, directory) == .late("0003_late.sql"))
            try FileManager.default.removeItem(at: directory.appendingPathComponent("0003_late.sql"))
            try write(["0002_a.sql": "SELECT 2"], to: directory)
            #expect(await failure(scratch, directory) == .changed("0002_a.sql"))
            try FileManager.default.removeItem(at: directory.appendingPathComponent("0002_a.sql"))
            #expect(await failure(scratch, directory) == .missing(2))
            try write(["2_x.sql": "SELECT 2"], to: directory)
            #expect(await failure(scratch, directory) == .folder("2_x.sql"))
        }
    }

    @Test func `the release before runs on with a newer database, and a newer one waits for its migration`()
        async throws
    {
        try await withFolder { scratch, directory in
            try write(["0002_a.sql": "SELECT 1"], to: directory)
            _ = try await migrate(scratch, directory)
            try write(["0003_b.sql": "SELECT 1"], to: directory)
            let pending = await #expect(throws: MigrationError.self) {
                try await Migrator.verify(
                    conninfo: scratch.conninfo(.auth), directory: directory, logger: ScratchDatabase.logger)
            }
            #expect(pending == .pending(["0003_b.sql"]))
            _ = try await migrate(scratch, directory)
            try FileManager.default.removeItem(at: directory.appendingPathComponent("0003_b.sql"))
            #expect(try await migrate(scratch, directory) == MigrationReport(applied: [], version: 3))
        }
    }

    @Test func `a failing file leaves nothing behind, and may not end its transaction`() async throws {
        try await withFolder { scratch, directory in
            try write(["0002_a.sql": "CREATE TABLE auth.half (n int); SELECT 1 / 0;"], to: directory)
            guard case .database("0002_a.sql", let cause) = await failure(scratch, directory) else {
                Issue.record("the failure names its file")
                return
            }
            #expect(cause.sqlState == "22012")
            try write(["0002_a.sql": "CREATE TABLE auth.half (n int); COMMIT;"], to: directory)
            #expect(await failure(scratch, directory) == .endsTransaction("0002_a.sql"))
            try await scratch.open(.superuser) { owner in
                let versions = try await owner.rows("SELECT number FROM halley.migrations", for: .none) {
                    try $0.read(Int.self)
                }
                #expect(versions == [1])
            }
        }
    }

    @Test func `a table that is in use is waited for, without holding others up`() async throws {
        try await withFolder { scratch, directory in
            try write(["0002_a.sql": "CREATE TABLE auth.busy (n int)"], to: directory)
            _ = try await migrate(scratch, directory)
            try write(["0003_b.sql": "ALTER TABLE auth.busy ADD m int"], to: directory)
            try await scratch.open(.auth) { database in
                let holder = Task {
                    try await database.transaction(for: .none) { transaction in
                        try await transaction.run("SELECT count(*) FROM auth.busy")
                        try await transaction.run("SELECT pg_sleep(4)")
                    }
                }
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await migrate(scratch, directory).version == 3)
                _ = try await holder.value
            }
        }
    }
}
