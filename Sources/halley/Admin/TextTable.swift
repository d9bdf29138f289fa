import Foundation

/// Columns as wide as their widest cell.
struct TextTable {
    let headings: [String]
    var rows: [[String]]

    var text: String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// In UTC: it is the same everywhere.
    static func time(microseconds: Int64) -> String {
        guard microseconds != 0 else { return "never" }
        return Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }

    static func time(milliseconds: Int64) -> String { time(microseconds: milliseconds * 1000) }
}
