/// A PostgreSQL type by its OID, and by the OID of the arrays of it (0 where there is none here).
public struct SQLType: Sendable, Equatable {
    let oid: UInt32
    let arrayOID: UInt32

    public static let bool = SQLType(oid: 16, arrayOID: 1000)
    public static let bytea = SQLType(oid: 17, arrayOID: 1001)
    public static let int8 = SQLType(oid: 20, arrayOID: 1016)
    public static let int4 = SQLType(oid: 23, arrayOID: 1007)
    public static let text = SQLType(oid: 25, arrayOID: 1009)
    public static let float8 = SQLType(oid: 701, arrayOID: 1022)
    public static let timestamptz = SQLType(oid: 1184, arrayOID: 1185)
    public static let uuid = SQLType(oid: 2950, arrayOID: 2951)
    public static let jsonb = SQLType(oid: 3802, arrayOID: 3807)
}

/// What an `SQL` literal may interpolate as a value.
///
/// The server is told the type: a `String` compared with a `uuid` column is an error there, not a guess.
/// To bind text to another type, cast in the statement: `\(address)::inet`.
public protocol Bindable: Sendable {
    static var sqlType: SQLType { get }
    /// Appends exactly one value, or NULL.
    func write(to writer: inout BindWriter)
}

/// What a column can be read as.
public protocol Readable {
    /// Throws when the column holds another type, or NULL where no optional is read.
    static func read(_ cell: Cell) throws(PostgresError) -> Self
}

/// One value of a row, as the server sent it. It lives no longer than the `Row`.
public struct Cell {
    /// The column's type.
    let oid: UInt32
    /// `nil` for NULL.
    let bytes: UnsafeRawBufferPointer?
    /// Counted from 1, for messages.
    let column: Int32

    func mismatch(_ type: Any.Type) -> PostgresError {
        PostgresError(
            sqlState: "42804",
            message: "column \(column), of type \(oid), cannot be read as \(type): cast it in the SQL")
    }

    func isNull(_ type: Any.Type) -> PostgresError {
        PostgresError(sqlState: "22002", message: "column \(column) is NULL, and read as \(type)")
    }
}

/// A value of one cell, alone or as an element of an array.
///
/// An enum over `String`, `Int` or `Int32` becomes one by saying so: `enum State: String, Scalar`.
public protocol Scalar: Bindable, Readable, ArrayElement {
    /// Whether a column of this type can be decoded.
    static func accepts(_ oid: UInt32) -> Bool
    /// Appends the binary form without its length.
    func encode(to writer: inout BindWriter)
    /// From the binary form; `nil` when the bytes are none.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> Self?
}

extension Scalar {
    public static func accepts(_ oid: UInt32) -> Bool { oid == sqlType.oid }

    public func write(to writer: inout BindWriter) {
        writer.value { encode(to: &$0) }
    }

    public static func read(_ cell: Cell) throws(PostgresError) -> Self {
        guard accepts(cell.oid) else { throw cell.mismatch(Self.self) }
        guard let bytes = cell.bytes else { throw cell.isNull(Self.self) }
        guard let value = decode(bytes) else { throw cell.mismatch(Self.self) }
        return value
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    public static var sqlType: SQLType { Wrapped.sqlType }

    public func write(to writer: inout BindWriter) {
        switch self {
        case .some(let value): value.write(to: &writer)
        case .none: writer.null()
        }
    }
}

extension Optional: Readable where Wrapped: Readable {
    public static func read(_ cell: Cell) throws(PostgresError) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.read(cell)
    }
}

extension Scalar where Self: RawRepresentable, RawValue: Scalar {
    public static var sqlType: SQLType { RawValue.sqlType }
    public static func accepts(_ oid: UInt32) -> Bool { RawValue.accepts(oid) }

    public func encode(to writer: inout BindWriter) {
        rawValue.encode(to: &writer)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Self? {
        RawValue.decode(bytes).flatMap(Self.init(rawValue:))
    }
}
