import Foundation

/// Text of people within a header field: one line, whatever it holds.
enum HeaderText {
    /// RFC 2047 §2: a line with an encoded word has at most 76 characters, of which 12 are the word's frame and 9
    /// may be the field's name; three bytes make four.
    private static let bytesPerWord = 39
    /// RFC 5322 §2.1.1: a line should have at most 78 characters.
    private static let lineMax = 76

    /// Of a field that is text, such as `Subject`. `offset` is what stands before it on its line.
    static func unstructured(_ text: String, offset: Int) -> String {
        let plain = oneLine(text)
        let isSafe = plain.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && !plain.contains("=?")
        guard !isSafe || offset + plain.utf8.count > lineMax else { return plain }
        return words(plain)
    }

    /// Of a name before an address.
    static func phrase(_ text: String) -> String {
        let plain = oneLine(text)
        guard plain.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), plain.utf8.count <= 60, !plain.contains("=?") else {
            return words(plain)
        }
        let escaped = plain.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// What would end a line, or lead its reader astray, becomes a space.
    static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        line.append(
            contentsOf: text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .format: " "
                default: scalar
                }
            })
        return String(line)
    }

    /// Words of base64, none of which ends within a character.
    private static func words(_ text: String) -> String {
        var (words, current): ([[UInt8]], [UInt8]) = ([], [])
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if current.count + bytes.count > bytesPerWord {
                words.append(current)
                current = []
            }
            current += bytes
        }
        words.append(current)
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
