import Foundation
import Testing

@Suite struct WordTests {
    private static let banned: [String] = [
        "TO" + "DO", "FIX" + "ME", "XX" + "X:", "for n" + "ow,", "fatal" + "Error(", "try" + "! ", " as" + "! ",
        "@un" + "checked Sendable,",
    ]

    @Test func `nothing is left half done or allowed to crash`() throws {
        for file in try House.swift() {
            for (index, line) in file.lines.enumerated() {
                for word in Self.banned where line.contains(word) {
                    Issue.record("\(file.path):\(index + 1) says \(word)")
                }
            }
        }
    }

    @Test func `what is unchecked says why`() throws {
        for file in try House.swift() {
            for (index, line) in file.lines.enumerated()
            where line.contains("@un" + "checked") || line.contains("nonisolated(un" + "safe)") {
                let above = file.lines[max(0, index - 12)..<index]
                #expect(
                    above.contains { $0.trimmingCharacters(in: .whitespaces).hasPrefix("//") },
                    "\(file.path):\(index + 1) needs a comment that proves it")
            }
        }
    }

    @Test func `no type is named for nothing in particular`() throws {
        let vague = #/(?:struct|class|enum|actor|protocol) \w*(?:Manager|Helper|Utils|Common|Impl)\b/#
        for file in try House.swift() {
            for line in file.lines {
                #expect(line.firstMatch(of: vague) == nil, "\(file.path): \(line)")
            }
        }
    }

    @Test func `no file names a path of one machine`() throws {
        let pattern = try Regex("(^|[^A-Za-z0-9_.])/(wo" + "rk|ro" + "ot|fa" + "rm)/")
        for folder in ["Sources", "Tests", "Deploy", "Docs", "Proto", "Migrations"] {
            let endings = ["swift", "md", "sql", "proto", "sh", "py", "ts", "css", "mustache", "yaml", "c", "h", "cpp"]
            for file in try House.files(under: folder, endings: endings) where !file.isGenerated {
                for (index, line) in file.lines.enumerated() where line.contains(pattern) {
                    Issue.record("\(file.path):\(index + 1): \(line)")
                }
            }
        }
    }
}
