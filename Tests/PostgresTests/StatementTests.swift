import Foundation
import Postgres
import TestKit
import Testing

@Suite struct StatementTests {
    private func withTable(_ body: (Database) async throws -> Void) async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                try await database.run(
                    [
                        """
                        CREATE TABLE thing (
                            id bigint CONSTRAINT thing_pkey PRIMARY KEY,
                            name text CONSTRAINT thing_name_key UNIQUE,
                            size integer CONSTRAINT thing_size_check CHECK (size > 0),
                            owner bigint CONSTRAINT thing_owner_fkey REFERENCES thing DEFERRABLE INITIALLY DEFERRED)
                        """
                    ], for: .none)
                try await body(database)
            }
        }
    }

    private func failure(_ body: () async throws -> Void) async -> PostgresError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    @Test func `a hostile string is only ever a value`() async throws {
        try await withTable { database in
            let hostile = "x'); DROP TABLE thing; --"
            try await database.run("INSERT INTO thing (id, name) VALUES (1, \(hostile))", for: .none)
            let name = try await database.first("SELECT name FROM thing WHERE name = \(hostile)", for: .none) {
                try $0.read(String.self)
            }
            #expect(name == hostile)
            let error = await failure {
                try await database.run("INSERT INTO thing (id, name) VALUES (2, \("a\0b"))", for: .none)
            }
            #expect(error?.sqlState == "22021")
        }
    }

    @Test func `parts nest with their values, in order`() async throws {
        try await withTable { database in
            let conditions: [SQL] = ["n > \(2)", "n < \(Int32(9))", "n::text <> \("5")"]
            let order: SQL = "ORDER BY n DESC LIMIT \(3)"
            let rows = try await database.rows(
                "SELECT n, \("first") FROM generate_series(\(1), 10) n WHERE \(conditions.joined(separator: " AND ")) \(order)",
                for: .none
            ) { try $0.read(Int.self) }
            #expect(rows == [8, 7, 6])
        }
    }

    @Test func `a violated constraint is named`() async throws {
        try await withTable { database in
            try await database.run("INSERT INTO thing (id, name) VALUES (1, 'a')", for: .none)
            let twin = await failure {
                try await database.run("INSERT INTO thing (id, name) VALUES (2, 'a')", for: .none)
            }
            #expect(twin?.sqlState == "23505" && twin?.constraint == "thing_name_key")
            let small = await failure {
                try await database.run("INSERT INTO thing (id, size) VALUES (2, 0)", for: .none)
            }
            #expect(small?.sqlState == "23514" && small?.constraint == "thing_size_check")
        }
    }

    @Test func `an error of the COMMIT itself reaches the caller`() async throws {
        try await withTable { database in
            let orphan = await failure {
                try await database.run("INSERT INTO thing (id, owner) VALUES (1, 99)", for: .none)
            }
            #expect(orphan?.sqlState == "23503" && orphan?.constraint == "thing_owner_fkey")
            let inserted = try await database.run("INSERT INTO thing (id, owner) VALUES (1, 1)", for: .none)
            #expect(inserted == 1)
            let late = await failure {
                _ = try await database.transaction(for: .none) {
                    try await $0.run("INSERT INTO thing (id, owner) VALUES (2, 99)")
                }
            }
            #expect(late?.constraint == "thing_owner_fkey")
            let deleted = try await database.transaction(for: .none) { try await $0.run("DELETE FROM thing") }
            #expect(deleted == 1)
        }
    }

    @Test func `several statements are all or nothing`() async throws {
        try await withTable { database in
            let counts = try await database.run(
                [
                    "INSERT INTO thing (id) VALUES (1), (2)", "UPDATE thing SET size = 3",
                    "DELETE FROM thing WHERE id = 2",
                ],
                for: .none)
            #expect(counts == [2, 2, 1])
            let error = await failure {
                try await database.run(
                    ["DELETE FROM thing", "INSERT INTO thing (id, size) VALUES (5, -1)", "SELECT 1"], for: .none)
            }
            #expect(error?.constraint == "thing_size_check")
            #expect(try await database.first("SELECT count(*) FROM thing", for: .none) { try $0.read(Int.self) } == 1)
        }
    }

    @Test func `a failing statement hurts only itself, also when it cannot be prepared`() async throws {
        try await withTable { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        switch number % 3 {
                        case 0:
                            let error = await failure { try await database.run("SELECT 1 / \(0)", for: .none) }
                            #expect(error?.sqlState == "22012")
                        case 1:
                            let error = await failure {
                                try await database.run("SELECT nothing FROM nowhere", for: .none)
                            }
                            #expect(error?.sqlState == "42P01")
                        default:
                            let n = try await database.first("SELECT \(number)", for: .none) { try $0.read(Int.self) }
                            #expect(n == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `COPY is refused, and the connection replaced`() async throws {
        try await withTable { database in
            let error = await failure { try await database.run(["SELECT 2", "COPY thing TO STDOUT"], for: .none) }
            #expect(error?.sqlState == "0A000")
            try await database.ping()
            let inside = await failure {
                _ = try await database.transaction(for: .none) { try await $0.run("COPY thing FROM STDIN") }
            }
            #expect(inside != nil)
            let again = try await database.transaction(for: .none) { try await $0.run("SELECT 1") }
            #expect(again == 1)
        }
    }

    @Test func `a migration under a prepared statement does not break it`() async throws {
        try await withTable { database in
            func read() async throws -> [String] {
                try await database.rows("SELECT t::text FROM (SELECT * FROM thing) t", for: .none) {
                    try $0.read(String.self)
                }
            }
            try await database.run("INSERT INTO thing (id) VALUES (1)", for: .none)
            for _ in 0..<7 { #expect(try await read() == ["(1,,,)"]) }
            try await database.run("ALTER TABLE thing ADD more integer DEFAULT 7", for: .none)
            #expect(try await read() == ["(1,,,,7)"])
            let sql: SQL = "SELECT * FROM thing"
            #expect(try await database.run(sql, for: .none) == 1)
            try await database.run("ALTER TABLE thing DROP more", for: .none)
            #expect(try await database.run(sql, for: .none) == 1)
            try await database.run("DEALLOCATE ALL", for: .none)
            #expect(try await read() == ["(1,,,)"])
        }
    }

    @Test func `more texts than are kept prepared still run`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            var config = DatabaseConfig(conninfo: scratch.conninfo(.superuser), pipelines: 1)
            config.preparedMax = 4
            let database = try await Database(config, logger: ScratchDatabase.logger)
            let columns: [SQL] = ["1", "1+1", "1+1+1", "1+1+1+1", "5", "6", "7", "8", "9"]
            for _ in 0..<3 {
                for (index, column) in columns.enumerated() {
                    let n = try await database.first("SELECT \(column)", for: .none) { try $0.read(Int.self) }
                    #expect(n == index + 1)
                }
            }
            let kept = try await database.first("SELECT count(*) FROM pg_prepared_statements", for: .none) {
                try $0.read(Int.self)
            }
            #expect((kept ?? 99) <= 6)
            await database.close()
        }
    }

    @Test func `too many values and a closed database are refused`() async throws {
        try await withTable { database in
            let many = Array(repeating: "\(1)" as SQL, count: 70_000).joined(separator: ",")
            let error = await failure { try await database.run("SELECT \(many)", for: .none) }
            #expect(error?.sqlState == "54023")
            await database.close()
            #expect(await failure { try await database.ping() }?.isConnectionLoss == true)
            #expect(await failure { try await database.transaction(for: .none) { _ in } }?.isConnectionLoss == true)
        }
    }

    @Test func `an error shows neither the statement nor a value`() async throws {
        try await withTable { database in
            let secret = "s3cr3t-\(UUID())"
            let error = await failure { try await database.run("SELECT \(secret)::integer", for: .none) }
            #expect(error?.sqlState == "22P02")
            #expect(error.map { "\($0)".contains(secret) || "\($0)".contains("SELECT") } == false)
        }
    }
}
