public import Foundation

extension Bool: Scalar {
    public static var sqlType: SQLType { .bool }

    public func encode(to writer: inout BindWriter) {
        writer.put(UInt8(self ? 1 : 0))
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        bytes.count == 1 ? bytes[0] != 0 : nil
    }
}

/// An integer in network order, of whatever width the column has.
private func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    switch bytes.count {
    case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
    default: nil
    }
}

extension Int64: Scalar {
    public static var sqlType: SQLType { .int8 }
    /// bigint, integer, smallint. Not numeric: `sum(bigint)` is one, cast it.
    public static func accepts(_ oid: UInt32) -> Bool { oid == 20 || oid == 23 || oid == 21 }

    public func encode(to writer: inout BindWriter) {
        writer.put(bigEndian)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Int64? { integer(bytes) }
}

extension Int: Scalar {
    public static var sqlType: SQLType { .int8 }
    public static func accepts(_ oid: UInt32) -> Bool { Int64.accepts(oid) }

    public func encode(to writer: inout BindWriter) {
        writer.put(Int64(self).bigEndian)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Int? { integer(bytes).flatMap { Int(exactly: $0) } }
}

extension Int32: Scalar {
    public static var sqlType: SQLType { .int4 }
    public static func accepts(_ oid: UInt32) -> Bool { oid == 23 || oid == 21 }

    public func encode(to writer: inout BindWriter) {
        writer.put(bigEndian)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        integer(bytes).flatMap { Int32(exactly: $0) }
    }
}

/// NaN and the infinities pass as they are.
extension Double: Scalar {
    public static var sqlType: SQLType { .float8 }
    public static func accepts(_ oid: UInt32) -> Bool { oid == 701 || oid == 700 }

    public func encode(to writer: inout BindWriter) {
        writer.put(bitPattern.bigEndian)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Double? {
        switch bytes.count {
        case 8: Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
        case 4: Double(Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        default: nil
        }
    }
}

/// A string holding U+0000 is refused by the server (22021): PostgreSQL's text cannot hold it.
extension String: Scalar {
    public static var sqlType: SQLType { .text }
    /// text, varchar, char, name, json, and whatever a migration defined (an enum, a domain, citext).
    public static func accepts(_ oid: UInt32) -> Bool {
        switch oid {
        case 25, 1043, 1042, 19, 18, 114, 705: true
        default: oid >= 16384
        }
    }

    public func encode(to writer: inout BindWriter) {
        var copy = self
        copy.withUTF8 { writer.put(UnsafeRawBufferPointer($0)) }
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
        String(validating: bytes, as: UTF8.self)
    }
}

extension UUID: Scalar {
    public static var sqlType: SQLType { .uuid }

    public func encode(to writer: inout BindWriter) {
        withUnsafeBytes(of: uuid) { writer.put($0) }
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> UUID? {
        bytes.count == 16 ? UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)) : nil
    }
}

/// `timestamptz`, to the microsecond. A date outside of what PostgreSQL holds (4714 BC to 294276 AD), or
/// one that is no number, is bound as ±infinity; ±infinity is read as the distant future or past.
extension Date: Scalar {
    public static var sqlType: SQLType { .timestamptz }

    /// From PostgreSQL's epoch (2000-01-01) to Foundation's (2001-01-01).
    private static let epochSeconds = 31_622_400.0
    private static let earliest: Int64 = -211_813_488_000_000_000
    private static let end: Int64 = 9_223_371_331_200_000_000

    public func encode(to writer: inout BindWriter) {
        let microseconds = ((timeIntervalSinceReferenceDate + Date.epochSeconds) * 1_000_000).rounded()
        let exact = Int64(exactly: microseconds) ?? (microseconds < 0 ? Int64.min : .max)
        writer.put((exact < Date.earliest ? .min : exact >= Date.end ? .max : exact).bigEndian)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer) -> Date? {
        guard bytes.count == 8 else { return nil }
        let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        switch microseconds {
        case .max: return .distantFuture
        case .min: return .distantPast
        default: break
        }
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(timeIntervalSinceReferenceDate: Double(seconds) - epochSeconds + Double(rest) / 1_000_000)
    }
}

/// A JSON document, `jsonb` in the database. The server checks it (22P02) and normalises it:
/// keys come back in its own order, without duplicates.
public struct JSON: Sendable, Equatable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}

extension JSON: Scalar {
    public static var sqlType: SQLType { .jsonb }

    public func encode(to writer: inout BindWriter) {
        writer.put(UInt8(1))
        text.encode(to: &writer)
    }

    /// The first byte is the version of jsonb's binary form.
    public static func decode(_ bytes: UnsafeRawBufferPointer) -> JSON? {
        guard bytes.first == 1 else { return nil }
        return String.decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())).map(JSON.init)
    }
}
