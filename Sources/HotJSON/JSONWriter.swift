/// Writes JSON as bytes, without a tree in between. Commas are its own business; nesting is the caller's.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try nested(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try nested(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    public mutating func array<Item>(_ items: some Sequence<Item>, _ each: (inout JSONWriter, Item) -> Void) {
        array { writer in for item in items { each(&writer, item) } }
    }

    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func null() { raw("null") }
    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    public mutating func integer(_ value: Int64) { raw(String(value)) }
    public mutating func integer(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) { integer(small) } else { raw(String(value)) }
    }

    /// Members of an object that a writer has made before; at least one.
    public mutating func members(_ made: [UInt8]) {
        comma()
        bytes.append(contentsOf: made)
        needsComma = true
    }

    /// The shortest text that reads back as the same double; `null` for what JSON has no number for.
    public mutating func double(_ value: Double) {
        raw(value.isFinite ? value.description : "null")
    }

    /// What is JSON already.
    public mutating func raw(_ json: String) {
        comma()
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    public mutating func string(_ value: some StringProtocol) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(value) {
            bytes.append(contentsOf: value.utf8)
        } else {
            for byte in value.utf8 { escape(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    public mutating func optional(_ value: String?) {
        if let value { string(value) } else { null() }
    }

    /// What a previous writer has made.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let number): if number.isFinite { raw(number.text) } else { string(number.text) }
        case .string(let text): string(text)
        case .array(let items): array(items) { $0.value($1) }
        case .object(let object):
            self.object { writer in
                for member in object.members {
                    writer.key(member.name)
                    writer.value(member.value)
                }
            }
        }
    }
}

extension JSONWriter {
    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    public mutating func member(_ name: String, _ value: Int64) {
        key(name)
        integer(value)
    }

    public mutating func member(_ name: String, _ value: some BinaryInteger) {
        key(name)
        integer(value)
    }

    public mutating func member(_ name: String, _ value: Double) {
        key(name)
        double(value)
    }

    public mutating func nullMember(_ name: String) {
        key(name)
        null()
    }

    private mutating func nested(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) throws -> Void) rethrows {
        comma()
        bytes.append(open)
        needsComma = false
        try body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// Whether it may stand between quotation marks as it is (RFC 8259 §7).
    static func isPlain(_ text: some StringProtocol) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { bytes in
            !bytes.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        } ?? false
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0a: bytes.append(contentsOf: "\\n".utf8)
        case 0x0d: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            let digits = "0123456789abcdef".utf8.map { $0 }
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension JSONValue {
    /// As valid JSON: numbers as they were sent, `NaN` and the infinities as text.
    public var jsonText: String {
        if case .number(let number) = self, number.isFinite { return number.text }
        if case .string(let text) = self, JSONWriter.isPlain(text) { return "\"\(text)\"" }
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
