/// Comma or tab separated values (RFC 4180) as a table: the first line is its head.
struct CSVTable {
    struct Line {
        let cells: [String]
    }

    /// More lines are downloaded.
    static let linesMax = 500
    static let columnsMax = 100

    let head: [String]
    let rows: [Line]

    /// `nil` unless the name says that it is one, and every line has as many values.
    init?(_ text: String, fileName: String) {
        let ending = fileName.lowercased().split(separator: ".").last
        guard ending == "csv" || ending == "tsv" else { return nil }
        let lines = Self.lines(text, separator: ending == "csv" ? "," : "\t", max: Self.linesMax + 1)
        guard let first = lines.first, first.count <= Self.columnsMax, lines.count <= Self.linesMax else { return nil }
        guard lines.allSatisfy({ $0.count == first.count }) else { return nil }
        head = first
        rows = lines.dropFirst().map(Line.init)
    }

    /// At most `max` lines; an empty last one is none.
    private static func lines(_ text: String, separator: Character, max: Int) -> [[String]] {
        var (lines, line, value): ([[String]], [String], String) = ([], [], "")
        var isQuoted = false
        var rest = text[...]
        func endValue() {
            line.append(value)
            value = ""
        }
        while let character = rest.popFirst(), lines.count < max {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                value.append("\"")
                rest.removeFirst()
            case "\"": isQuoted.toggle()
            case separator where !isQuoted: endValue()
            case "\n" where !isQuoted, "\r\n" where !isQuoted:
                endValue()
                lines.append(line)
                line = []
            default: value.append(character)
            }
        }
        guard !line.isEmpty || !value.isEmpty else { return lines }
        endValue()
        return lines + [line]
    }
}
