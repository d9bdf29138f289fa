/// Reads objects of texts, numbers and further objects of these as PostgreSQL writes `jsonb`; a page of a table holds
/// ten thousand values, which Foundation takes seconds for. Trusts its input's form, never its length.
struct FlatJSON {
    enum Value: Equatable { case text(String), number(String) }

    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next key of the object that is being read, entering it first; `nil` at its end, which is left.
    mutating func nextKey() -> String? {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "}"):
                at += 1
                return nil
            case UInt8(ascii: "\""):
                let key = string()
                skip(to: UInt8(ascii: ":"))
                return key
            default: at += 1
            }
        }
        return nil
    }

    /// The value after a key, unless it is another object, which `nextKey` then enters.
    mutating func scalar() -> Value? {
        while at < bytes.count, bytes[at] == UInt8(ascii: " ") { at += 1 }
        guard at < bytes.count, bytes[at] != UInt8(ascii: "{") else { return nil }
        if bytes[at] == UInt8(ascii: "\"") { return .text(string()) }
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "}") { at += 1 }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func skip(to mark: UInt8) {
        while at < bytes.count, bytes[at] != mark { at += 1 }
        at = min(at + 1, bytes.count)
    }

    private mutating func string() -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        return escapedString(Array(bytes[start..<at]))
    }

    private mutating func escapedString(_ head: [UInt8]) -> String {
        var out = head
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                out.append(bytes[at])
                at += 1
                continue
            }
            let mark = bytes[at + 1]
            at += 2
            switch mark {
            case UInt8(ascii: "n"): out.append(0x0a)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0d)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0c)
            case UInt8(ascii: "u"): out += escapedScalar()
            default: out.append(mark)
            }
        }
        at = min(at + 1, bytes.count)
        return String(decoding: out, as: UTF8.self)
    }

    /// PostgreSQL writes controls so, and nothing else: no surrogates.
    private mutating func escapedScalar() -> [UInt8] {
        guard at + 4 <= bytes.count else { return [] }
        let digits = String(decoding: bytes[at..<at + 4], as: UTF8.self)
        at += 4
        guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else { return [] }
        return Array(String(Character(scalar)).utf8)
    }
}
