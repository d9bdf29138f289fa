/// Text as lines of at most 76 ASCII characters (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let lineMax = 76

    /// Every line ends in CRLF, the last one too.
    static func encoded(_ text: String) -> [UInt8] {
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        var out: [UInt8] = []
        for line in lines {
            out += encoded(line: Array(line.utf8))
            out += [0x0d, 0x0a]
        }
        return out
    }

    private static func encoded(line: [UInt8]) -> [UInt8] {
        var (out, width): ([UInt8], Int) = ([], 0)
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (byte > 0x20 && byte < 0x7f && byte != 0x3d) || (isBlank && !isLast)
            let piece = isPlain ? [byte] : [0x3d, digit(byte >> 4), digit(byte & 0x0f)]
            // One place is kept for the `=` of a soft break.
            if width + piece.count > lineMax - (isLast ? 0 : 1) {
                out += [0x3d, 0x0d, 0x0a]
                width = 0
            }
            out += piece
            width += piece.count
        }
        return out
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
