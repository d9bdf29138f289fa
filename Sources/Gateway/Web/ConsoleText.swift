import WireMessages

/// Output of a terminal as plain text: without its colours and moves, and of what was written over itself the last.
/// `console.ts` does the same with what comes later.
enum ConsoleText {
    private static let escape: Character = "\u{1b}"

    static func shown(_ lines: [OutputLine]) -> [RunPage.Line] {
        lines.reduce(into: []) { shown, line in
            // A progress bar writes over itself.
            if line.text.hasPrefix("\r"), let last = shown.last, !last.text.hasSuffix("\n") { shown.removeLast() }
            shown.append(RunPage.Line(text: plain(line.text), stderr: line.stderr))
        }
    }

    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\u{1b}" || $0 == "\r" }) else { return text }
        let lines = withoutEscapes(text).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { line in
            let kept = line.reversed().drop { $0 == "\r" }.prefix { $0 != "\r" }
            return String(String.UnicodeScalarView(kept.reversed()))
        }.joined(separator: "\n")
    }

    /// ECMA-48: control sequences end with a byte from `@` to `~`; a command to the system with BEL or ST.
    private static func withoutEscapes(_ text: String) -> [Unicode.Scalar] {
        enum State { case text, escape, sequence, command }
        var state = State.text
        var kept: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            switch state {
            case .text where scalar == "\u{1b}": state = .escape
            case .text: kept.append(scalar)
            case .escape: state = scalar == "[" ? .sequence : scalar == "]" ? .command : .text
            case .sequence where ("@"..."~").contains(scalar): state = .text
            case .command where scalar == "\u{07}": state = .text
            case .command where scalar == "\u{1b}": state = .escape
            case .sequence, .command: break
            }
        }
        return kept
    }
}
