/// Puts the lines of blocks that come in order of their first offsets into one order, each once.
///
/// The streams of a script are posted apart, so that blocks overlap: lines are held back until no later block can
/// come before them.
struct ConsoleMerge {
    private var held: [ConsoleLine] = []

    mutating func add(_ lines: [ConsoleLine]) {
        held += lines
    }

    /// The lines below `offset`, all of which have been added; `nil` for all that are left.
    mutating func take(below offset: Int64?) -> [ConsoleLine] {
        var (ready, later): ([(Int, ConsoleLine)], [ConsoleLine]) = ([], [])
        for (index, line) in held.enumerated() {
            if let offset, line.offset >= offset { later.append(line) } else { ready.append((index, line)) }
        }
        held = later
        ready.sort { ($0.1.offset, $0.1.piece, $0.0) < ($1.1.offset, $1.1.piece, $1.0) }
        return Self.unique(ready.map(\.1))
    }

    private static func unique(_ sorted: [ConsoleLine]) -> [ConsoleLine] {
        var (result, seen, offset): ([ConsoleLine], Set<ConsoleLine.Identity>, Int64?) = ([], [], nil)
        result.reserveCapacity(sorted.count)
        for (index, line) in sorted.enumerated() {
            if line.offset != offset {
                offset = line.offset
                seen = []
            }
            let alone = seen.isEmpty && (index + 1 == sorted.count || sorted[index + 1].offset != line.offset)
            if alone || seen.insert(line.identity).inserted { result.append(line) }
        }
        return result
    }
}
