import HotJSON

/// A file as a table.
struct PreviewTable {
    struct Line {
        let cells: [String]
    }

    /// More lines are downloaded.
    static let linesMax = 500
    static let columnsMax = 100

    let head: [String]
    let rows: [Line]

    /// Comma or tab separated values (RFC 4180), of which the first line is the head. `nil` unless the name says that
    /// it is such a file, and every line has as many values.
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

extension PreviewTable {
    /// What the clients write for `log_confusion_matrix` and `log_curve`. `nil` when it is something else.
    init?(json text: String, type: String) {
        var text = text
        guard case .object(let object)? = text.withUTF8({ try? JSONParser.parse(UnsafeRawBufferPointer($0)) }) else {
            return nil
        }
        switch type {
        case "confusion-matrix": self.init(confusion: object)
        case "curve": self.init(curve: object)
        default: return nil
        }
    }

    /// Rows are what was, columns what was said.
    private init?(confusion object: JSONObject) {
        guard case .array(let matrix)? = object["matrix"], case .array(let labels)? = object["labels"],
            matrix.count == labels.count, (1...Self.columnsMax).contains(labels.count)
        else { return nil }
        var rows: [Line] = []
        for (label, row) in zip(labels, matrix) {
            guard case .array(let counts) = row, counts.count == labels.count else { return nil }
            rows.append(Line(cells: [label.shown] + counts.map(\.shown)))
        }
        let names = [object["rowLabel"], object["columnLabel"]].compactMap { $0?.shown }
        head = [names.joined(separator: " \\ ")] + labels.map(\.shown)
        self.rows = rows
    }

    private init?(curve object: JSONObject) {
        guard case .array(let x)? = object["x"], case .array(let y)? = object["y"], x.count == y.count,
            (1...Self.linesMax).contains(x.count)
        else { return nil }
        head = ["x", object["name"]?.shown ?? "y"]
        rows = zip(x, y).map { Line(cells: [$0.shown, $1.shown]) }
    }
}
