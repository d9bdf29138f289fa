import Foundation
import Model
import Postgres

struct ConsoleStore: Sendable {
    /// Where a block stands in the order of reading.
    struct Position: Sendable {
        let first: Int64
        let digest: Int64
        static let start = Position(first: -1, digest: 0)
    }

    struct Block: Sendable {
        let position: Position
        let last: Int64
        let lines: [ConsoleLine]
    }

    let database: Database

    func insert(_ blocks: [[ConsoleLine]], to place: ExperimentPlace) async throws {
        let (firsts, lasts) = (blocks.map { $0.first?.offset ?? 0 }, blocks.map { $0.last?.offset ?? 0 })
        let statement: SQL = """
            INSERT INTO tracking.output_blocks
                   (workspace_id, experiment_id, first_offset, last_offset, digest, id, line_count, lines)
            SELECT \(place.workspace.uuid), \(place.id.uuid), b.*
              FROM unnest(\(firsts), \(lasts), \(blocks.map(ConsoleBlock.digest)),
                          \(blocks.map { _ in UUID.version7() }),
                          \(blocks.map(\.count)), \(blocks.map(ConsoleBlock.encode))) AS b
            ON CONFLICT ON CONSTRAINT output_blocks_pkey DO NOTHING
            """
        _ = try await refusals { try await database.run(statement, for: .one(place.workspace.uuid), commit: .joint) }
    }

    /// The next blocks that hold something at `from` or after it.
    func blocks(of place: ExperimentPlace, from: Int64, after: Position, limit: Int) async throws -> [Block] {
        try await database.rows(
            """
            SELECT first_offset, digest, last_offset, lines
              FROM tracking.output_blocks
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
               AND last_offset >= \(from) AND (first_offset, digest) > (\(after.first), \(after.digest))
             ORDER BY first_offset, digest LIMIT \(limit)
            """, for: .one(place.workspace.uuid), Block.init(row:))
    }

    /// The blocks that end last, the last one first, and the end of the earliest of them.
    func lastBlocks(of place: ExperimentPlace, skipping: Int, limit: Int) async throws -> (blocks: [Block], end: Int64)
    {
        let blocks = try await database.rows(
            """
            SELECT first_offset, digest, last_offset, lines
              FROM tracking.output_blocks
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
             ORDER BY last_offset DESC, id DESC LIMIT \(limit) OFFSET \(skipping)
            """, for: .one(place.workspace.uuid), Block.init(row:))
        return (blocks, blocks.last?.last ?? -1)
    }
}

extension ConsoleStore.Block {
    fileprivate init(row: inout Row) throws {
        position = ConsoleStore.Position(first: try row.read(), digest: try row.read())
        last = try row.read()
        lines = try ConsoleBlock.decode(try row.read())
    }
}
