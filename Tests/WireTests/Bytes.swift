import Testing

@testable import Wire

/// Frames as a peer would write them, byte by byte, without the code under test.
func frame(_ kind: UInt8, method: UInt16 = 0, call: UInt32 = 0, _ body: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    big(UInt32(8 + body.count)) + [version, kind] + big(method) + big(call) + body
}

func big(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

/// A frame as the decoder hands it on, with its pieces joined.
struct Decoded: Equatable {
    var header: FrameHeader
    var body: [UInt8]
}

/// Feeds `parts` one by one.
func decode(_ parts: [ArraySlice<UInt8>], messageBytesMax: Int = 1024) throws(FrameError) -> [Decoded] {
    var decoder = FrameDecoder(messageBytesMax: messageBytesMax)
    var frames: [Decoded] = []
    for part in parts {
        let bytes = Array(part)
        var position = 0
        feeding: while true {
            let step = try next(&decoder, bytes, &position)
            switch step {
            case .hungry: break feeding
            case .frame(let header, let range): frames.append(Decoded(header: header, body: Array(bytes[range])))
            case .gathered(let header, let body): frames.append(Decoded(header: header, body: body))
            case .piece(let header, let range, first: true):
                frames.append(Decoded(header: header, body: Array(bytes[range])))
            case .piece(_, let range, first: false):
                frames[frames.count - 1].body += bytes[range]
            }
        }
    }
    return frames
}

func next(
    _ decoder: inout FrameDecoder, _ bytes: [UInt8], _ position: inout Int
) throws(FrameError) -> FrameDecoder.Step {
    let result = bytes.withUnsafeBytes { raw -> Result<FrameDecoder.Step, FrameError> in
        do throws(FrameError) { return .success(try decoder.next(raw, from: &position)) } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// SplitMix64: random input that a seed brings back.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// `#expect` takes nothing apart that cannot be copied: the value of the condition is all it sees here.
func check(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: sourceLocation)
}
