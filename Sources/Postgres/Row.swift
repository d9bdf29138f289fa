internal import CLibPQ

/// One row of an answer, read column by column from the left. It lives no longer than the closure it is given to.
public struct Row {
    private let result: OpaquePointer
    private let row: Int32
    private let columns: Int32
    private var next: Int32 = 0

    init(_ result: OpaquePointer, row: Int32, columns: Int32) {
        self.result = result
        self.row = row
        self.columns = columns
    }

    /// Reads the next column: an optional where it may be NULL.
    public mutating func read<Value: Readable>(_ type: Value.Type = Value.self) throws(PostgresError) -> Value {
        let column = next
        guard column < columns else {
            throw PostgresError(sqlState: "07009", message: "the answer has \(columns) columns, and one more was read")
        }
        next += 1
        return try Value.read(
            Cell(oid: PQftype(result, column), bytes: bytes(of: column), column: column + 1))
    }

    private func bytes(of column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
    }
}

/// The answer to one statement.
///
/// Unchecked: libpq's result is never changed after it was received, and freed once, by the last owner.
final class Answer: @unchecked Sendable {
    private let result: OpaquePointer

    /// Takes ownership.
    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    var count: Int { Int(PQntuples(result)) }

    /// Rows inserted, updated, deleted or selected.
    var affected: Int {
        guard let text = PQcmdTuples(result), text[0] != 0 else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command's name and numbers: `INSERT 0 1`.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    func rows<Value>(_ decode: (inout Row) throws -> Value) throws -> [Value] {
        try decoded(decode)
    }

    func decoded<Value, Problem: Error>(
        _ decode: (inout Row) throws(Problem) -> Value
    ) throws(Problem) -> [Value] {
        try withExtendedLifetime(self) { () throws(Problem) in
            let (count, columns) = (PQntuples(result), PQnfields(result))
            var values: [Value] = []
            values.reserveCapacity(Int(count))
            for index in 0..<count {
                var row = Row(result, row: index, columns: columns)
                values.append(try decode(&row))
            }
            return values
        }
    }

    func first<Value>(_ decode: (inout Row) throws -> Value) throws -> Value? {
        try withExtendedLifetime(self) {
            guard PQntuples(result) > 0 else { return nil }
            var row = Row(result, row: 0, columns: PQnfields(result))
            return try decode(&row)
        }
    }
}
