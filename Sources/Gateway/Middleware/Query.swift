import Hummingbird
import Model

/// A query string as Python's `requests` writes it: `+` is a space, booleans are `True` and `False`, and what is `None`
/// is not there. The last of several members of one name counts.
struct Query: Sendable {
    private let members: [(name: String, value: String)]

    /// Throws `.invalid`, naming the member, for a NUL: no text that is kept can hold one.
    init(_ query: String?) throws(Failure) {
        members = (query ?? "").utf8.split(separator: UInt8(ascii: "&")).map { member in
            let parts = member.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count > 1 ? Self.decode(parts[1]) : "")
        }
        for member in members where member.value.utf8.contains(0) {
            throw Failure(.invalid, "The query parameter \(member.name) holds a NUL.", reason: "field_invalid")
        }
    }

    init(_ request: Request) throws(Failure) {
        try self.init(request.uri.query)
    }

    /// Empty when absent.
    subscript(name: String) -> String {
        members.last { $0.name == name }?.value ?? ""
    }

    /// Every value of a member that may come several times, in order.
    func all(_ name: String) -> [String] {
        members.filter { $0.name == name }.map(\.value)
    }

    func has(_ name: String) -> Bool {
        members.contains { $0.name == name }
    }

    /// Throws `.invalid`, naming the member, when it is absent or empty.
    func required(_ name: String) throws(Failure) -> String {
        let value = self[name]
        guard !value.isEmpty else {
            throw Failure(.invalid, "The query parameter \(name) is missing.", reason: "field_invalid")
        }
        return value
    }

    func flag(_ name: String) throws(Failure) -> Bool {
        switch self[name].lowercased() {
        case "true", "1": return true
        case "", "false", "0", "none", "null": return false
        default: throw Failure(.invalid, "The query parameter \(name) must be True or False.", reason: "field_invalid")
        }
    }

    func double(_ name: String) throws(Failure) -> Double? {
        let text = self[name]
        if text.isEmpty || text == "None" || text == "null" { return nil }
        guard let number = Double(text), number.isFinite else {
            throw Failure(.invalid, "The query parameter \(name) must be a number.", reason: "field_invalid")
        }
        return number
    }

    func integer(_ name: String) throws(Failure) -> Int64? {
        guard let number = try double(name) else { return nil }
        guard let integer = Int64(exactly: number.rounded(.towardZero)) else {
            throw Failure(.invalid, "The query parameter \(name) is out of range.", reason: "field_invalid")
        }
        return integer
    }

    /// Percent-decodes; what is no valid escape stays as it is, and bytes that are no UTF-8 become U+FFFD.
    private static func decode(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), let escaped = hex(rest.prefix(2)) {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hex(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        guard digits.count == 2, let text = String(digits), text.first != "+", text.first != "-" else { return nil }
        return UInt8(text, radix: 16)
    }
}
