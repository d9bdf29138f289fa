import Foundation
import Model

/// What experiments print.
struct Console: Sendable {
    /// Blocks read at a time, each up to 256 KiB of text.
    static let pageBlocks = 16
    static let tailDefault = 1000
    static let tailMax = 100_000

    let store: ConsoleStore
    let locator: ExperimentLocator
    let activity: Activity

    /// A post that is sent again changes nothing.
    func append(_ lines: [ConsoleLine], to key: String, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        guard !lines.isEmpty else { return }
        try await store.insert(Self.blocks(lines), to: place)
        activity.logged(place, .output)
    }

    /// In order of the offsets, from `from` on, at most `limit` lines; hands them to `emit` as they are read.
    func read(
        _ place: ExperimentPlace, from: Int64, limit: Int, _ emit: ([ConsoleLine]) async throws -> Void
    ) async throws {
        var (merge, after, left) = (ConsoleMerge(), ConsoleStore.Position.start, limit)
        while left > 0 {
            let page = try await store.blocks(of: place, from: from, after: after, limit: Self.pageBlocks)
            for block in page { merge.add(block.lines) }
            let isLast = page.count < Self.pageBlocks
            let ready = merge.take(below: isLast ? nil : page.last?.position.first).filter { $0.offset >= from }
            if !ready.isEmpty { try await emit(Array(ready.prefix(left))) }
            left -= min(left, ready.count)
            guard !isLast, let last = page.last else { return }
            after = last.position
        }
    }

    /// The last `count` lines.
    func tail(_ place: ExperimentPlace, count: Int) async throws -> [ConsoleLine] {
        let wanted = min(count == 0 ? Self.tailDefault : count, Self.tailMax)
        var (lines, skipped): ([ConsoleLine], Int) = ([], 0)
        while true {
            let page = try await store.lastBlocks(of: place, skipping: skipped, limit: Self.pageBlocks)
            lines += page.blocks.reversed().flatMap(\.lines)
            var merge = ConsoleMerge()
            merge.add(lines)
            let all = merge.take(below: nil)
            skipped += page.blocks.count
            // Blocks not read yet end at `page.end` or before: what lies above it is complete.
            let complete = all.reversed().prefix { $0.offset > page.end }.count
            if page.blocks.count < Self.pageBlocks || complete >= wanted { return Array(all.suffix(wanted)) }
        }
    }

    /// Cut where a block is full; in order of the offsets.
    static func blocks(_ lines: [ConsoleLine]) -> [[ConsoleLine]] {
        let sorted = lines.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
        var (blocks, bytes): ([[ConsoleLine]], Int) = ([[]], 0)
        for (_, line) in sorted {
            let size = line.text.utf8.count
            let isFull =
                bytes + size > ConsoleBlock.textBytesMax || blocks[blocks.count - 1].count == ConsoleBlock.linesMax
            if isFull, !blocks[blocks.count - 1].isEmpty {
                blocks.append([])
                bytes = 0
            }
            blocks[blocks.count - 1].append(line)
            bytes += size
        }
        return blocks
    }
}
