/// What stands in a Swift array that is bound or read: a scalar, an optional one (for NULL), or a byte,
/// whose array is no array in PostgreSQL but a `bytea`.
public protocol ArrayElement: Sendable {
    static var sqlTypeOfArray: SQLType { get }
    static func write(_ array: [Self], to writer: inout BindWriter)
    static func readArray(_ cell: Cell) throws(PostgresError) -> [Self]
}

extension Array: Bindable where Element: ArrayElement {
    public static var sqlType: SQLType { Element.sqlTypeOfArray }

    public func write(to writer: inout BindWriter) {
        Element.write(self, to: &writer)
    }
}

extension Array: Readable where Element: ArrayElement {
    public static func read(_ cell: Cell) throws(PostgresError) -> [Element] {
        try Element.readArray(cell)
    }
}

extension UInt8: ArrayElement {
    public static var sqlTypeOfArray: SQLType { .bytea }

    public static func write(_ array: [UInt8], to writer: inout BindWriter) {
        writer.reserveMore(array.count + 4)
        writer.value { writer in array.withUnsafeBytes { writer.put($0) } }
    }

    public static func readArray(_ cell: Cell) throws(PostgresError) -> [UInt8] {
        guard cell.oid == SQLType.bytea.oid else { throw cell.mismatch([UInt8].self) }
        guard let bytes = cell.bytes else { throw cell.isNull([UInt8].self) }
        return Array(bytes)
    }
}

extension Array: ArrayElement where Element == UInt8 {}

/// `bytea`, as an element of `bytea[]`.
extension Array: Scalar where Element == UInt8 {
    public static func accepts(_ oid: UInt32) -> Bool { oid == SQLType.bytea.oid }

    public func encode(to writer: inout BindWriter) {
        withUnsafeBytes { writer.put($0) }
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? { Array(bytes) }

    public static func read(_ cell: Cell) throws(PostgresError) -> [UInt8] {
        try UInt8.readArray(cell)
    }

    public func write(to writer: inout BindWriter) {
        UInt8.write(self, to: &writer)
    }
}

extension Scalar {
    public static var sqlTypeOfArray: SQLType { SQLType(oid: sqlType.arrayOID, arrayOID: 0) }

    public static func write(_ array: [Self], to writer: inout BindWriter) {
        writer.reserveMore(24 + array.count * 20)
        writer.value { writer in
            writer.arrayHeader(count: array.count, of: sqlType, nulls: false)
            for element in array { writer.element { element.encode(to: &$0) } }
        }
    }

    public static func readArray(_ cell: Cell) throws(PostgresError) -> [Self] {
        var elements = try ArrayElements(cell, of: Self.self)
        var array: [Self] = []
        array.reserveCapacity(elements.left)
        while let bytes = try elements.next() {
            guard let bytes else { throw cell.isNull([Self].self) }
            guard let value = decode(bytes) else { throw cell.mismatch([Self].self) }
            array.append(value)
        }
        return array
    }
}

extension Optional: ArrayElement where Wrapped: Scalar {
    public static var sqlTypeOfArray: SQLType { Wrapped.sqlTypeOfArray }

    public static func write(_ array: [Wrapped?], to writer: inout BindWriter) {
        writer.reserveMore(24 + array.count * 20)
        writer.value { writer in
            writer.arrayHeader(count: array.count, of: Wrapped.sqlType, nulls: true)
            for element in array {
                if let element { writer.element { element.encode(to: &$0) } } else { writer.null() }
            }
        }
    }

    public static func readArray(_ cell: Cell) throws(PostgresError) -> [Wrapped?] {
        var elements = try ArrayElements(cell, of: Wrapped.self)
        var array: [Wrapped?] = []
        array.reserveCapacity(elements.left)
        while let bytes = try elements.next() {
            guard let bytes else {
                array.append(nil)
                continue
            }
            guard let value = Wrapped.decode(bytes) else { throw cell.mismatch([Wrapped?].self) }
            array.append(value)
        }
        return array
    }
}

extension BindWriter {
    /// One dimension counted from 1; an empty array has no dimension.
    fileprivate mutating func arrayHeader(count: Int, of type: SQLType, nulls: Bool) {
        put(Int32(count == 0 ? 0 : 1).bigEndian)
        put(Int32(nulls ? 1 : 0).bigEndian)
        put(type.oid.bigEndian)
        guard count > 0 else { return }
        put(Int32(truncatingIfNeeded: count).bigEndian)
        put(Int32(1).bigEndian)
    }
}

/// Walks over the binary form of an array of at most one dimension, and trusts none of its lengths.
private struct ArrayElements {
    private let cell: Cell
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private(set) var left = 0

    init<Element: Scalar>(_ cell: Cell, of element: Element.Type) throws(PostgresError) {
        guard let bytes = cell.bytes else { throw cell.isNull([Element].self) }
        self.cell = cell
        self.bytes = bytes
        let dimensions = try number()
        _ = try number()
        let type = UInt32(bitPattern: try number())
        guard dimensions <= 1, Element.accepts(type) else { throw cell.mismatch([Element].self) }
        guard dimensions == 1 else { return }
        left = Int(try number())
        _ = try number()
        guard left >= 0, left <= (bytes.count - at) / 4 else { throw cell.mismatch([Element].self) }
    }

    private mutating func number() throws(PostgresError) -> Int32 {
        guard bytes.count - at >= 4 else { throw cell.mismatch([Any].self) }
        defer { at += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int32.self))
    }

    /// The next element, where the inner `nil` is NULL; the outer `nil` is the end.
    mutating func next() throws(PostgresError) -> UnsafeRawBufferPointer?? {
        guard left > 0 else { return nil }
        left -= 1
        let length = Int(try number())
        guard length >= 0 else { return .some(nil) }
        guard length <= bytes.count - at else { throw cell.mismatch([Any].self) }
        defer { at += length }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
    }
}
