/// A statement, or a part of one, with the values it binds.
///
/// Made from literals only: an interpolated value is bound (`$1`, `$2` …, typed, binary), an interpolated
/// `SQL` becomes a part of the text. A string known only at run time can be bound, never become text:
/// the literal type is `StaticString`.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// UTF-8; where a value is bound stands `SQL.mark` and the four bytes of its type's OID.
    /// The numbers of the parameters are written when the statement is prepared, so that parts nest freely.
    private(set) var text: [UInt8]
    private(set) var binds: BindWriter

    /// No byte of UTF-8.
    static let mark: UInt8 = 0xff

    /// Collects what a string literal interpolates.
    public struct StringInterpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString

        fileprivate var sql: SQL

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL()
            sql.text.reserveCapacity(literalCapacity + 5 * interpolationCount)
            sql.binds.reserve(16 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { sql.text.append(contentsOf: $0) }
        }

        /// Binds a value; `nil` binds NULL of the value's type.
        public mutating func appendInterpolation<Value: Bindable>(_ value: Value) {
            sql.bind(value)
        }

        /// The same; without it the compiler takes an optional for a slip and warns.
        public mutating func appendInterpolation<Value: Bindable>(_ value: Value?) {
            sql.bind(value)
        }

        /// Becomes a part of the text, with its own values.
        public mutating func appendInterpolation(_ part: SQL) {
            sql.append(part)
        }
    }

    private init() {
        text = []
        binds = BindWriter()
    }

    public init(stringLiteral literal: StaticString) {
        text = literal.withUTF8Buffer { Array($0) }
        binds = BindWriter()
    }

    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// The values of a statement that has one parameter.
    static func values(_ value: String) -> BindWriter {
        var binds = BindWriter()
        binds.count = 1
        value.write(to: &binds)
        return binds
    }

    private mutating func bind<Value: Bindable>(_ value: Value) {
        text.append(SQL.mark)
        withUnsafeBytes(of: Value.sqlType.oid) { text.append(contentsOf: $0) }
        binds.count += 1
        value.write(to: &binds)
    }

    fileprivate mutating func append(_ part: SQL) {
        text.append(contentsOf: part.text)
        binds.append(part.binds)
    }

    /// The text as the server reads it, NUL-terminated, and the OIDs of its parameters.
    static func rendered(_ text: [UInt8]) -> (text: [CChar], types: [UInt32]) {
        var (out, types): ([CChar], [UInt32]) = ([], [])
        out.reserveCapacity(text.count + 1)
        var at = 0
        while at < text.count {
            if text[at] == SQL.mark {
                types.append(text.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at + 1, as: UInt32.self) })
                out.append(contentsOf: "$\(types.count)".utf8.lazy.map { CChar(bitPattern: $0) })
                at += 5
            } else {
                out.append(CChar(bitPattern: text[at]))
                at += 1
            }
        }
        out.append(0)
        return (out, types)
    }
}

extension Sequence<SQL> {
    /// The parts with `separator` between each two; empty when there are none.
    public func joined(separator: SQL) -> SQL {
        var whole: SQL = ""
        var first = true
        for part in self {
            if !first { whole.append(separator) }
            whole.append(part)
            first = false
        }
        return whole
    }
}
