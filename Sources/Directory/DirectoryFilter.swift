/// Filters of searches (RFC 4515).
public enum DirectoryFilter {
    /// A value that stands for itself in a filter: all but letters, digits and four signs is written in hexadecimal, so
    /// that nothing in it ends the value, matches anything (`*`), or is taken for a place that is still to be filled.
    public static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            if isPlain(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                escaped += byte < 0x10 ? "\\0" : "\\"
                escaped += String(byte, radix: 16)
            }
        }
        return escaped
    }

    /// A value as `DirectoryEntry` gives it: of some attributes that is bytes, in hexadecimal.
    static func escaped(_ value: String, of attribute: String) -> String {
        guard DirectoryEntry.binary.contains(attribute.lowercased()) else { return escaped(value) }
        return value.enumerated().map { $0 % 2 == 0 ? "\\\($1)" : "\($1)" }.joined()
    }

    /// A template with values in their places: `["name": "ada"]` goes where `{name}` stands.
    static func filled(_ template: String, _ values: KeyValuePairs<String, String>) -> String {
        values.reduce(template) { $0.replacing("{\($1.key)}", with: escaped($1.value)) }
    }

    /// Whether it is one filter in parentheses, all of which are closed. The rest is for the directory to judge.
    static func isWhole(_ text: String) -> Bool {
        guard text.hasPrefix("("), text.hasSuffix(")"), text.utf8.count <= 2000, !text.utf8.contains(0) else {
            return false
        }
        var depth = 0
        for (index, byte) in text.utf8.enumerated() {
            if byte == 0x28 { depth += 1 }
            if byte == 0x29 { depth -= 1 }
            if depth < 0 || depth == 0 && index < text.utf8.count - 1 { return false }
        }
        return depth == 0
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || [0x2d, 0x2e, 0x40, 0x5f].contains(byte)
    }
}
