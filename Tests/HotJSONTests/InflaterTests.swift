import HotJSON
import TestKit
import Testing

@Suite struct InflaterTests {
    private func inflate(_ bytes: [UInt8], _ bounds: Inflater.Bounds, with inflater: Inflater = Inflater()) throws
        -> [UInt8]
    {
        try bytes.withUnsafeBytes { try inflater.inflate($0, bounds) }
    }

    @Test func `what was packed comes back, from one inflater many times`() throws {
        var random = SeededRandom(seed: 3)
        let inflater = Inflater()
        for size in [0, 1, 100, 5000, 300_000] {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...20, using: &random) }
            #expect(try inflate(try gzip(bytes), .init(bytesMax: 1 << 20), with: inflater) == bytes)
        }
    }

    @Test func `a truncated body is refused, wherever it ends`() throws {
        let packed = try gzip(Array("some text that is packed".utf8))
        let inflater = Inflater()
        for end in 0..<packed.count {
            #expect(throws: JSONError.self) {
                try inflate(Array(packed[..<end]), .init(bytesMax: 1000), with: inflater)
            }
        }
        #expect(throws: JSONError.self) { try inflate(packed + [1], .init(bytesMax: 1000)) }
        #expect(throws: JSONError.self) { try inflate(Array("plain".utf8), .init(bytesMax: 1000)) }
    }

    @Test func `a bomb stops at its bound`() throws {
        let bomb = try gzip([UInt8](repeating: 0, count: 20 << 20))
        let bySize = #expect(throws: JSONError.self) { try inflate(bomb, .init(bytesMax: 10 << 20)) }
        #expect(bySize?.kind == .tooLarge)
        let byRatio = #expect(throws: JSONError.self) {
            try inflate(bomb, .init(bytesMax: 1 << 30, ratioMax: 100, freeBytes: 1 << 20))
        }
        #expect(byRatio?.kind == .tooLarge)
        #expect(try inflate(bomb, .init(bytesMax: 20 << 20, ratioMax: 2000)).count == 20 << 20)
    }
}
