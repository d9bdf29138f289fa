internal import CLibPQ

/// What went wrong in or on the way to PostgreSQL.
public struct PostgresError: Error, Sendable, Equatable {
    /// Five characters, from the server or, where it could not be asked, of the same meaning.
    public let sqlState: String
    /// The server's first line. May quote a value: for a log's detail, never for a caller.
    public let message: String
    /// The name of the constraint that was violated, or empty.
    public let constraint: String

    public init(sqlState: String, message: String, constraint: String = "") {
        self.sqlState = sqlState
        self.message = message
        self.constraint = constraint
    }

    /// The connection was lost or could not be had. Whether a statement that was under way has
    /// happened is unknown.
    public var isConnectionLoss: Bool {
        sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") || sqlState == "25P03"
    }

    /// Nothing happened, and the same transaction may succeed when repeated.
    public var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// Too many were waiting: nothing happened.
    public var isOverload: Bool { sqlState.hasPrefix("53") }

    /// The statement took longer than it may, or was cancelled from outside.
    public var isTimeout: Bool { sqlState == "57014" || sqlState == "55P03" }
}

extension PostgresError: CustomStringConvertible {
    /// Neither the statement nor its values: messages of class 22 (data exceptions) quote values and are left out.
    public var description: String {
        let name = constraint.isEmpty ? "" : " (\(constraint))"
        return sqlState.hasPrefix("22")
            ? "PostgresError \(sqlState)\(name)" : "PostgresError \(sqlState)\(name): \(message)"
    }
}

extension PostgresError {
    static func lost(_ message: String) -> PostgresError { PostgresError(sqlState: "08006", message: message) }

    static let closed = PostgresError(sqlState: "08003", message: "the database was closed")

    /// From a result of status FATAL_ERROR or BAD_RESPONSE.
    init(result: OpaquePointer) {
        func field(_ code: UInt8) -> String {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) } ?? ""
        }
        let state = field(UInt8(ascii: "C"))
        let message = field(UInt8(ascii: "M"))
        guard state.isEmpty else {
            self.init(sqlState: state, message: message, constraint: field(UInt8(ascii: "n")))
            return
        }
        // libpq's own: it has no code, and nearly always means that the connection is gone.
        self.init(sqlState: "08006", message: PQresultErrorMessage(result).map { String(cString: $0) } ?? "no message")
    }

    /// The last error of a connection itself.
    init(connection: OpaquePointer, sqlState: String) {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        self.init(sqlState: sqlState, message: text.isEmpty ? "the connection failed" : text)
    }
}
