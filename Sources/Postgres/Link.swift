internal import CLibPQ

/// One libpq connection. Not `Sendable`: it belongs to the thread that drives it.
final class Link {
    let connection: OpaquePointer
    let cancel: CancelHandle
    var statements: StatementCache

    /// Connects, waiting for as long as the connection string's `connect_timeout` says (5 s unless given).
    init(_ conninfo: String, settings: [(String, String)], preparedMax: Int) throws(PostgresError) {
        connection = try Link.connect(conninfo)
        cancel = CancelHandle(connection)
        statements = StatementCache(capacity: preparedMax)
        // From here on `deinit` runs when something is thrown.
        guard PQstatus(connection) == CONNECTION_OK else {
            throw PostgresError(connection: connection, sqlState: "08001")
        }
        // Notices would go to stderr.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        for (name, value) in settings {
            try execute("SET \(name) = '\(value)'")
        }
    }

    deinit {
        PQfinish(connection)
    }

    private static func connect(_ conninfo: String) throws(PostgresError) -> OpaquePointer {
        // Ours stand before `dbname`, which the connection string is expanded in: it may override them.
        let pairs = [
            ("connect_timeout", "5"), ("tcp_user_timeout", "15000"), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"), ("keepalives_count", "3"), ("fallback_application_name", "halley"),
            ("dbname", conninfo), ("client_encoding", "UTF8"),
        ]
        let connection = withCStrings(pairs.map(\.0)) { names in
            withCStrings(pairs.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let connection else { throw PostgresError(sqlState: "08001", message: "out of memory") }
        return connection
    }

    /// The name of the prepared statement that says what a transaction may see; its parameter is a text.
    static let setTenants = Array("halley_tenants".utf8CString)

    /// A connection in pipeline mode, never blocking.
    static func pipelined(_ config: DatabaseConfig) throws(PostgresError) -> Link {
        let link = try Link(config.conninfo, settings: config.pipelineSettings, preparedMax: config.preparedMax)
        let text = "SELECT set_config('halley.workspaces', $1, true)"
        _ = try link.answer(PQprepare(link.connection, setTenants, text, 1, [SQLType.text.oid]))
        guard PQsetnonblocking(link.connection, 1) == 0, PQenterPipelineMode(link.connection) == 1 else {
            throw PostgresError(connection: link.connection, sqlState: "08001")
        }
        return link
    }

    var isBroken: Bool { PQstatus(connection) != CONNECTION_OK }

    /// Runs text as it stands, any number of statements: for our own texts and migrations only. Blocks.
    @discardableResult
    func execute(_ text: String) throws(PostgresError) -> Answer {
        try answer(PQexec(connection, text))
    }

    /// Runs one statement, prepared on first use. Blocks.
    func query(_ sql: SQL) throws(PostgresError) -> Answer {
        do throws(PostgresError) {
            return try answer(sendPrepared(sql))
        } catch {
            guard error.isStalePlan, PQtransactionStatus(connection) == PQTRANS_IDLE else { throw error }
            statements.forget(sql.text)
            return try answer(sendPrepared(sql))
        }
    }

    private func sendPrepared(_ sql: SQL) throws(PostgresError) -> OpaquePointer? {
        let (statement, isNew) = statements.name(of: sql.text)
        if let evicted = statements.takeEvicted() { try execute("DEALLOCATE \(evicted.text)") }
        if isNew {
            let (text, types) = SQL.rendered(sql.text)
            do throws(PostgresError) {
                _ = try answer(
                    PQprepare(connection, statement.bytes, text, Int32(truncatingIfNeeded: types.count), types))
            } catch {
                statements.forget(sql.text)
                throw error
            }
        }
        return sql.binds.withParameters { count, values, lengths, formats in
            PQexecPrepared(connection, statement.bytes, count, values, lengths, formats, 1)
        }
    }

    private func answer(_ result: OpaquePointer?) throws(PostgresError) -> Answer {
        guard let result else { throw PostgresError(connection: connection, sqlState: "08006") }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return Answer(result)
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            defer { PQclear(result) }
            throw isBroken ? .lost(PostgresError(result: result).message) : PostgresError(result: result)
        default:
            PQclear(result)
            throw PostgresError(sqlState: "0A000", message: "COPY is not spoken here")
        }
    }
}

extension PostgresError {
    /// The server forgot the statement, or a migration changed what it answers: prepare it again.
    var isStalePlan: Bool { sqlState == "26000" || sqlState == "0A000" }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> OpaquePointer?
) -> OpaquePointer? {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        let pointers = offsets.map { buffer.baseAddress?.advanced(by: $0) } + [nil]
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: pointers.count) { out in
            _ = out.initialize(from: pointers)
            return out.baseAddress.flatMap { body(UnsafePointer($0)) }
        }
    }
}
