import Foundation
import Model
import Synchronization
import TestKit
import Testing

@testable import TrackingService

@Suite struct ConsoleTests {
    private func line(_ offset: Int64, _ text: String, isError: Bool = false) throws -> [ConsoleLine] {
        try ConsoleLine.pieces(offset: offset, isError: isError, text: text, time: 1000 + offset, context: "")
    }

    private func read(_ desk: Desk, from: Int64 = 0, limit: Int = .max) async throws -> [ConsoleLine] {
        let place = try await desk.locator.locate(key(1), .read, as: desk.alice.access).place
        let collected = Mutex<[ConsoleLine]>([])
        try await desk.console.read(place, from: from, limit: limit) { lines in collected.withLock { $0 += lines } }
        return collected.withLock { $0 }
    }

    @Test func `output is read in order of the offsets, each line once, whatever came twice`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            let (out, problems) = (
                try line(0, "a") + line(2, "c") + line(4, "e"),
                try line(1, "b", isError: true) + line(3, "d", isError: true)
            )
            for lines in [out, problems, out, problems] { try await desk.console.append(lines, to: key(1), as: access) }
            // The tail of a post that was cut off and sent again.
            try await desk.console.append(line(4, "e") + line(5, "f"), to: key(1), as: access)
            let all = try await read(desk)
            #expect(
                all.map(\.text).joined() == "abcdef" && all.map(\.isError) == [false, true, false, true, false, false])
            #expect(try await read(desk, from: 3).map(\.text) == ["d", "e", "f"])
            #expect(try await read(desk, limit: 2).map(\.text) == ["a", "b"])
            #expect(try await desk.runs.resume(key(1), as: access).nextOffset == 6)
        }
    }

    @Test func `a huge post comes back whole, and its tail alone`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            var lines: [ConsoleLine] = []
            for offset in 0..<30_000 { lines += try line(Int64(offset), "line \(offset)\n") }
            lines += try line(30_000, String(repeating: "é", count: 300_000) + "end")
            try await desk.console.append(lines, to: key(1), as: access)
            try await desk.console.append(line(30_001, "\0bye"), to: key(1), as: access)
            let all = try await read(desk)
            #expect(all == lines + (try line(30_001, "\0bye")))
            let place = try await desk.locator.locate(key(1), .read, as: access).place
            let tail = try await desk.console.tail(place, count: 50)
            #expect(tail == Array(all.suffix(50)))
            #expect(try await desk.console.tail(place, count: 20_000) == Array(all.suffix(20_000)))
        }
    }

    @Test func `two writers who use the same offsets both keep their lines`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            for text in ["from one", "from the other"] {
                try await desk.console.append(line(0, text), to: key(1), as: desk.alice.access)
            }
            #expect(Set(try await read(desk).map(\.text)) == ["from one", "from the other"])
        }
    }

    @Test func `another tenant neither reads nor writes output`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            #expect(
                await refusal { try await desk.console.append(line(0, "x"), to: key(1), as: desk.mallory.access) }
                    == "notFound experiment_unknown")
            // Not even with the ids in hand.
            let mine = try await desk.locator.locate(key(1), .read, as: desk.alice.access).place
            try await desk.console.append(line(0, "secret"), to: key(1), as: desk.alice.access)
            let forged = ExperimentPlace(
                workspace: desk.mallory.workspace, project: desk.mallory.project, id: mine.id, key: mine.key)
            #expect(try await desk.console.tail(forged, count: 10).isEmpty)
            #expect(
                await refusal { try await desk.console.store.insert([line(1, "x")], to: forged) }
                    == "notFound experiment_unknown")
        }
    }

    @Test func `blocks come back as they went in, and broken ones are refused`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            let lines = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                ConsoleLine(
                    offset: Int64.random(in: 0...Int64.max, using: &random),
                    piece: Int.random(in: 0...90, using: &random),
                    isError: Bool.random(using: &random),
                    text: String(repeating: "ü\n", count: Int.random(in: 0...90, using: &random)),
                    time: Int64.random(in: Int64.min...Int64.max, using: &random),
                    context: Bool.random(using: &random) ? "train" : "")
            }
            let bytes = ConsoleBlock.encode(lines)
            #expect(try ConsoleBlock.decode(bytes) == lines)
            for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 10)) where !lines.isEmpty {
                #expect(throws: ConsoleBlock.Malformed.self) { try ConsoleBlock.decode(Array(bytes[..<cut])) }
            }
        }
    }

    @Test func `long texts are cut between characters`() throws {
        let text = String(repeating: "漢", count: 100_000)
        let pieces = try line(3, text)
        #expect(pieces.count > 4 && pieces.map(\.text).joined() == text)
        #expect(pieces.map(\.piece) == Array(0..<pieces.count))
        #expect(try line(3, "").map(\.text) == [""])
    }
}
