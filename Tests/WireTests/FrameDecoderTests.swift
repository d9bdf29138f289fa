import Testing

@testable import Wire

struct FrameDecoderTests {
    @Test func `a request has these bytes`() throws {
        let bytes: [UInt8] = [0, 0, 0, 11, 1, 2, 0x03, 0x01, 0, 0, 0, 7, 0xaa, 0xbb, 0xcc]
        let header = FrameHeader(kind: .request, method: 0x0301, call: 7, bodyCount: 3)
        #expect(try decode([bytes[...]]) == [Decoded(header: header, body: [0xaa, 0xbb, 0xcc])])
    }

    static let stream: [UInt8] =
        frame(1, [8, 1, 16, 1]) + frame(2, method: 0x0301, call: 1, Array(0..<40))
        + frame(5, call: 1, Array(100..<130)) + frame(5, call: 1) + frame(6, call: 1)
        + frame(8, call: 1, big(UInt32(9)))
        + frame(9, [1, 2, 3, 4, 5, 6, 7, 8]) + frame(7, call: 1) + frame(11, big(UInt32(1)))

    @Test func `every cut of a stream in two gives the same frames`() throws {
        let whole = try decode([Self.stream[...]])
        #expect(whole.count == 9)
        for cut in Self.stream.indices {
            #expect(try decode([Self.stream[..<cut], Self.stream[cut...]]) == whole)
        }
    }

    @Test func `byte by byte gives the same frames`() throws {
        #expect(try decode(Self.stream.indices.map { Self.stream[$0...$0] }) == decode([Self.stream[...]]))
    }

    @Test(arguments: [UInt64(1), 2, 3, UInt64.random(in: .min ... .max)])
    func `random frames in random pieces come back`(seed: UInt64) throws {
        var random = Seeded(state: seed)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            var expected: [Decoded] = []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let kind: FrameHeader.Kind =
                    [.request, .response, .failure, .chunk].randomElement(using: &random) ?? .chunk
                let body = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let (method, call) = (
                    UInt16.random(in: 0...9, using: &random), UInt32.random(in: 0...9, using: &random)
                )
                bytes += frame(kind.rawValue, method: method, call: call, body)
                let header = FrameHeader(kind: kind, method: method, call: call, bodyCount: body.count)
                expected.append(Decoded(header: header, body: body))
            }
            var parts: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                parts.append(rest.prefix(Int.random(in: 1...64, using: &random)))
                rest = rest.dropFirst(parts[parts.count - 1].count)
            }
            #expect(try decode(parts) == expected, "seed \(seed)")
        }
    }

    @Test func `what is too long is refused by its header alone`() {
        let limits: [(UInt8, Int)] = [
            (1, 4096), (2, 1024), (3, 1024), (4, 65536), (5, 256 << 10), (6, 0), (7, 0), (8, 4), (9, 8), (10, 8),
        ]
        for (kind, most) in limits {
            let header = big(UInt32(8 + most)) + [1, kind, 0, 0, 0, 0, 0, 1]
            #expect(throws: Never.self) { try decode([header[...]]) }
            for excess in [most + 1, Int(Int32.max) - 8, Int(UInt32.max) - 8] {
                let over = big(UInt32(8 + excess)) + [1, kind, 0, 0, 0, 0, 0, 1]
                #expect(throws: FrameError.self, "kind \(kind)") { try decode([over[...]]) }
            }
        }
    }

    @Test(arguments: 0...7)
    func `a length below the header is refused`(length: Int) {
        let bytes = big(UInt32(length)) + [1, 2, 0, 0, 0, 0, 0, 1]
        #expect(throws: FrameError.tooShort(length: UInt32(length))) { try decode([bytes[...]]) }
    }

    @Test func `unknown versions and kinds are refused`() {
        #expect(throws: FrameError.unknownVersion(2)) { try decode([frame(2, call: 1, version: 2)[...]]) }
        #expect(throws: FrameError.unknownKind(12)) { try decode([frame(12)[...]]) }
        #expect(throws: FrameError.unknownKind(0)) { try decode([frame(0)[...]]) }
    }

    @Test func `memory follows what came, not what was announced`() throws {
        var decoder = FrameDecoder(messageBytesMax: 4 << 20)
        var position = 0
        _ = try next(&decoder, big(UInt32(8 + (4 << 20))) + [1, 2, 0, 1, 0, 0, 0, 1], &position)
        let piece = [UInt8](repeating: 7, count: 1000)
        for count in 1...2000 {
            position = 0
            let step = try next(&decoder, piece, &position)
            #expect(step == .hungry)
            // And a page or two, to which the allocator rounds.
            check(decoder.keptCapacity <= 2 * 1000 * count + 8192)
        }
    }

    @Test func `a chunk is handed on as it comes and never kept`() throws {
        var decoder = FrameDecoder(messageBytesMax: 1024)
        var position = 0
        let bytes = frame(5, call: 3, [UInt8](repeating: 1, count: 256 << 10))
        _ = try next(&decoder, Array(bytes[..<1000]), &position)
        position = 0
        let step = try next(&decoder, Array(bytes[1000..<5000]), &position)
        #expect(step == .piece(FrameHeader(kind: .chunk, call: 3, bodyCount: 256 << 10), 0..<4000, first: false))
        check(decoder.keptCapacity == 0)
    }
}
