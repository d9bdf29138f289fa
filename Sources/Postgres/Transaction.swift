/// An interactive transaction: read, decide, write. It lives as long as the closure it is given to;
/// statements after that are refused.
public struct Transaction: Sendable {
    let session: Session
    let flight: Flight
    let canceller: Canceller

    /// The rows of the answer, in order.
    public func rows<Value>(_ sql: SQL, _ decode: (inout Row) throws -> Value) async throws -> [Value] {
        try await answer(sql).rows(decode)
    }

    /// The first row of the answer; `nil` when there is none.
    public func first<Value>(_ sql: SQL, _ decode: (inout Row) throws -> Value) async throws -> Value? {
        try await answer(sql).first(decode)
    }

    /// How many rows were inserted, updated or deleted.
    @discardableResult
    public func run(_ sql: SQL) async throws -> Int {
        try await answer(sql).affected
    }

    private func answer(_ sql: SQL) async throws -> Answer {
        guard !flight.isEnded else { throw PostgresError(sqlState: "25P01", message: "the transaction is over") }
        try sql.checkLimits()
        return try await session.perform(flight, canceller) { (link) throws(PostgresError) in try link.query(sql) }
    }
}

/// What concurrent transactions see of each other.
public enum Isolation: String, Sendable {
    /// Each statement sees what was committed when it began. Rows that are decided upon want `FOR UPDATE`.
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension SQL {
    /// PostgreSQL's protocol counts parameters in 16 bits.
    static let parametersMax = 65_535
    /// One statement's values; the server's own limit is 1 GiB.
    static let bytesMax = 256 << 20

    func checkLimits() throws(PostgresError) {
        guard binds.count <= SQL.parametersMax else {
            throw PostgresError(sqlState: "54023", message: "over \(SQL.parametersMax) parameters")
        }
        guard binds.bytes.count <= SQL.bytesMax else {
            throw PostgresError(sqlState: "54000", message: "over \(SQL.bytesMax) bytes of parameters")
        }
    }
}
