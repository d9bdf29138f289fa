import Testing

@Suite struct SizeTests {
    @Test func `files end at 300 lines, or say why on line one`() throws {
        for file in try House.swift() where file.lines.count > 301 {
            let reason = file.lines.first?.hasPrefix("// Long because ") ?? false
            #expect(reason && file.lines.count <= 501, "\(file.path) has \(file.lines.count) lines: look for the seam")
        }
    }

    @Test func `functions end at 70 lines`() throws {
        for file in try House.swift() {
            for (name, length) in Self.functions(in: file.lines) {
                #expect(length <= 70, "\(file.path): \(name) has \(length) lines")
            }
        }
    }

    /// In tests the formatter sees to the code; a statement or a sample may be one long text there.
    @Test func `lines of the sources end at 120 characters`() throws {
        for file in try House.swift() where file.path.hasPrefix("Sources/") {
            for (index, line) in file.lines.enumerated() where line.count > 120 {
                #expect(line.contains("http") || line.contains("#/"), "\(file.path):\(index + 1) has \(line.count)")
            }
        }
    }

    /// In formatted code a function ends at the first `}` of its own indent.
    private static func functions(in lines: [String]) -> [(name: String, length: Int)] {
        let head =
            #/^(\s*)(?:@\w+(?:\([^)]*\))? )*(?:(?:public|private|fileprivate|internal|package|static|mutating|nonisolated|override|consuming|borrowing) )*(func\s+[^(<]+|init)[(<?]/#
        var found: [(String, Int)] = []
        for (start, line) in lines.enumerated() {
            guard let match = line.firstMatch(of: head) else { continue }
            let close = String(match.output.1) + "}"
            guard let end = lines[start...].firstIndex(where: { $0 == close }) else { continue }
            found.append((String(match.output.2), end - start + 1))
        }
        return found
    }
}
