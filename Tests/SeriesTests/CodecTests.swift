import Series
import Testing

struct CodecTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a chunk comes back bit by bit`(seed: UInt64) throws {
        for count in [0, 1, 2, 7, 8, 9, 63, 512, 1000] {
            let points = Columns.odd(count, seed: seed)
            #expect(try Chunk.decode(Chunk.encode(points)) == points)
            #expect(try Chunk.decode(Chunk.encodeStored(points)) == points)
        }
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `a block keeps every series and the order within`(seed: UInt64) throws {
        var random = Seeded(seed)
        let names = (0..<Int.random(in: 1...9, using: &random)).map {
            SeriesName("m/\($0) ☄︎", context: $0 % 2 == 0 ? "" : "train")
        }
        let points = Columns.odd(Int.random(in: 0..<300, using: &random), seed: seed)
        let index = points.points.map { _ in UInt32.random(in: 0..<UInt32(names.count), using: &random) }
        let block = try #require(Block(series: names, index: index, columns: points))
        let read = try Block.decode(block.encode())
        #expect(read == block)
        for (number, name) in names.enumerated() {
            let sent = points.points.indices.filter { index[$0] == UInt32(number) }.map { points[$0] }
            let got = read.parts.first { $0.series == name }.map { read.points(of: $0).points } ?? []
            #expect(got == sent)
        }
    }

    @Test func `an index without its series makes no block`() {
        let points = Columns.loss(2)
        #expect(Block(series: [SeriesName("a")], index: [0, 1], columns: points) == nil)
        #expect(Block(series: [SeriesName("a")], index: [0], columns: points) == nil)
        #expect(Block(series: [], index: [], columns: Columns())?.parts.isEmpty == true)
    }

    @Test func `every flipped bit and every cut is refused`() throws {
        let block = try #require(
            Block(series: [SeriesName("a"), SeriesName("b")], index: [0, 1, 0], columns: .odd(3, seed: 5)))
        let long = try Chunk.encode(.loss(300))
        for bytes in [try block.encode(), try Chunk.encodeStored(.odd(9, seed: 7)), long] {
            for bit in 0..<bytes.count * 8 {
                var broken = bytes
                broken[bit / 8] ^= 1 << UInt8(bit % 8)
                // The one bit of zstd's header that carries no meaning may flip: then the points must be the same.
                if let points = try? Chunk.decode(broken) { #expect(try points == Chunk.decode(bytes)) }
                if let block = try? Block.decode(broken) { #expect(try block == Block.decode(bytes)) }
            }
            for length in 0..<bytes.count {
                #expect(throws: SeriesError.self) { try Chunk.decode(Array(bytes[..<length])) }
                #expect(throws: SeriesError.self) { try Block.decode(Array(bytes[..<length])) }
            }
        }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func `garbage is refused`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            var bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            if let first = ([0x10, 0x11, 0x20, 0x21] as [UInt8]).randomElement(using: &random), !bytes.isEmpty {
                bytes[0] = first
            }
            #expect((try? Chunk.decode(bytes)) == nil)
            #expect((try? Block.decode(bytes)) == nil)
        }
    }

    @Test func `a frame that claims gigabytes is refused unread`() {
        // Magic, descriptor with an 8 byte content size and a checksum, then 2^40 as the size.
        let bomb: [UInt8] = [0x10, 0x28, 0xb5, 0x2f, 0xfd, 0xe4, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]
        #expect(throws: SeriesError.self) { try Chunk.decode(bomb) }
    }

    @Test func `the bytes are those of the document`() throws {
        let points = Columns([
            Point(step: 1, time: 1000, value: 1), Point(step: 2, time: 1100, value: .nan),
            Point(step: .nan, epoch: 0.5, time: 1200, value: -.infinity),
        ])
        let bytes = try Chunk.encodeStored(points)
        #expect(
            hex(bytes) == "11390303020004000000000000e03fd00f870e00000000000000000000000000000000000000"
                + "f0f8f03f7fffd9d7b558")
        let block = try #require(Block(series: [SeriesName("loss", context: "t")], index: [0, 0, 0], columns: points))
        #expect(hex(try block.encode()).hasPrefix("2101046c6f737301740339030302000400"))
    }

    /// What an earlier release has written must be read for ever, whatever zstd writes today.
    @Test func `kept bytes are read`() throws {
        let kept = try bytes(hex: Golden.packedChunk)
        #expect(
            try Chunk.decode(kept)
                == Columns((0..<40).map { Point(step: Double($0), time: Int64($0) * 1000, value: 0.5) }))
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
}

func bytes(hex: String) throws -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

enum Golden {
    static let packedChunk =
        "1028b52ffd649300ad0000500128000200d00f00e03f0410004a515e09757cb4fc38a419"
}
