internal import CLibPQ
internal import Foundation
internal import Logging

/// One run of the migrator, on its own thread and connection.
struct MigrationRun {
    private struct Applied {
        let number: Int
        let name: String
        let checksum: [UInt8]
    }

    /// Of the advisory lock; any number that nothing else in the database uses.
    private static let lockKey: Int64 = 0x68616c6c6579
    private static let lockSecondsMax = 300
    private static let attemptsMax = 10

    private let link: Link
    private let files: [MigrationFile]
    private let logger: Logger

    init(_ conninfo: String, _ directory: URL, _ logger: Logger) throws(MigrationError) {
        self.logger = logger
        files = try MigrationFile.all(in: directory)
        link = try MigrationRun.naming("") { () throws(PostgresError) in
            try Link(conninfo, settings: [("client_min_messages", "warning")], preparedMax: 8)
        }
    }

    func migrate() throws(MigrationError) -> MigrationReport {
        try run(
            "SET lock_timeout = '\(MigrationRun.lockSecondsMax)s'; SELECT pg_advisory_lock(\(MigrationRun.lockKey))")
        try prepareRecord()
        let applied = try applied()
        let pending = try compare(applied)
        for file in pending { try apply(file) }
        let version = max(applied.last?.number ?? 0, pending.last?.number ?? 0)
        return MigrationReport(applied: pending.map(\.name), version: version)
    }

    func verify() throws(MigrationError) {
        let pending = try compare(hasRecord() ? applied() : [])
        guard pending.isEmpty else { throw .pending(pending.map(\.name)) }
    }

    /// The files to apply, or why the folder does not continue what the database has.
    private func compare(_ applied: [Applied]) throws(MigrationError) -> [MigrationFile] {
        let top = applied.last?.number ?? 0
        let done = Dictionary(uniqueKeysWithValues: applied.map { ($0.number, $0) })
        var pending: [MigrationFile] = []
        for file in files {
            guard let record = done[file.number] else {
                guard file.number > top else { throw .late(file.name) }
                pending.append(file)
                continue
            }
            guard record.name == file.name, try checksum(of: file) == record.checksum else {
                throw .changed(file.name)
            }
        }
        let numbers = Set(files.map(\.number))
        let highest = files.last?.number ?? 0
        for record in applied where !numbers.contains(record.number) && record.number < highest {
            throw .missing(record.number)
        }
        return pending
    }

    private func checksum(of file: MigrationFile) throws(MigrationError) -> [UInt8] {
        try first(file.name, "SELECT sha256(\(file.text))") { (row) throws(PostgresError) in try row.read() } ?? []
    }

    // MARK: The record of what was applied

    private func hasRecord() throws(MigrationError) -> Bool {
        try first("", "SELECT to_regclass('halley.migrations') IS NOT NULL") { (row) throws(PostgresError) in
            try row.read()
        } ?? false
    }

    private func prepareRecord() throws(MigrationError) {
        guard try !hasRecord() else { return }
        try run(
            """
            CREATE SCHEMA IF NOT EXISTS halley;
            CREATE TABLE halley.migrations (
                number integer NOT NULL CONSTRAINT migrations_pkey PRIMARY KEY,
                name text NOT NULL,
                checksum bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            """)
    }

    private func applied() throws(MigrationError) -> [Applied] {
        try naming("") { () throws(PostgresError) in
            let answer = try link.query("SELECT number, name, checksum FROM halley.migrations ORDER BY number")
            return try answer.decoded { (row) throws(PostgresError) in
                Applied(number: try row.read(), name: try row.read(), checksum: try row.read())
            }
        }
    }

    // MARK: Applying a file

    private func apply(_ file: MigrationFile) throws(MigrationError) {
        var attempt = 1
        while true {
            do throws(MigrationError) {
                return try applyOnce(file)
            } catch {
                _ = try? link.execute("ROLLBACK")
                guard case .database(_, let cause) = error, cause.sqlState == "55P03",
                    attempt < MigrationRun.attemptsMax
                else { throw error }
                attempt += 1
                logger.notice("waiting for a lock", metadata: ["migration": "\(file.name)", "attempt": "\(attempt)"])
                pause(afterFailures: attempt)
            }
        }
    }

    private func applyOnce(_ file: MigrationFile) throws(MigrationError) {
        let role = file.number > 1 ? "SET LOCAL ROLE halley_owner;" : ""
        let began = ContinuousClock.now
        try run("BEGIN; SET LOCAL lock_timeout = '3s'; SET LOCAL search_path = ''; \(role)", file.name)
        try run(String(decoding: file.text, as: UTF8.self), file.name)
        guard PQtransactionStatus(link.connection) == PQTRANS_INTRANS else { throw .endsTransaction(file.name) }
        try run("RESET ROLE", file.name)
        try naming(file.name) { () throws(PostgresError) in
            _ = try link.query(
                """
                INSERT INTO halley.migrations (number, name, checksum)
                VALUES (\(Int32(truncatingIfNeeded: file.number)), \(file.name), sha256(\(file.text)))
                """)
        }
        try run("COMMIT", file.name)
        logger.info("migrated", metadata: ["migration": "\(file.name)", "took": "\(ContinuousClock.now - began)"])
    }

    // MARK: Naming the file in errors

    private func run(_ text: String, _ file: String = "") throws(MigrationError) {
        try naming(file) { () throws(PostgresError) in _ = try link.execute(text) }
    }

    private func first<Value>(
        _ file: String, _ sql: SQL, _ decode: (inout Row) throws(PostgresError) -> Value
    ) throws(MigrationError) -> Value? {
        try naming(file) { () throws(PostgresError) in try link.query(sql).decoded(decode).first }
    }

    private func naming<Value>(
        _ file: String, _ body: () throws(PostgresError) -> Value
    ) throws(MigrationError) -> Value {
        try MigrationRun.naming(file, body)
    }

    private static func naming<Value>(
        _ file: String, _ body: () throws(PostgresError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw .database(file: file, error)
        }
    }
}
