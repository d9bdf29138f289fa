// Bytes from a peer that means no good. Whatever they are: nothing crashes, they mean the same however they are split,
// no more memory is kept than came, and what the sessions allow stays within their limits. `Tests/Fuzz/run` builds
// this together with the files of Wire that know no I/O.

private let messageBytesMax = 4096

/// What came of a stream: its frames, and the error it ended with.
private struct Reading: Equatable {
    var headers: [FrameHeader] = []
    var bodies: [[UInt8]] = []
    var error: FrameError?
}

private func read(_ bytes: [UInt8], pieces: () -> Int) -> Reading {
    var decoder = FrameDecoder(messageBytesMax: messageBytesMax)
    var reading = Reading()
    var rest = bytes[...]
    while !rest.isEmpty {
        let part = Array(rest.prefix(max(1, pieces())))
        rest = rest.dropFirst(part.count)
        do throws(FrameError) {
            try feed(part, to: &decoder, &reading)
        } catch {
            reading.error = error
            return reading
        }
        precondition(decoder.keptCapacity <= 2 * bytes.count + 8192, "more is kept than came")
    }
    return reading
}

private func feed(_ part: [UInt8], to decoder: inout FrameDecoder, _ reading: inout Reading) throws(FrameError) {
    var position = 0
    while true {
        let step = try next(&decoder, part, &position)
        precondition(position <= part.count, "bytes that are not there were used")
        switch step {
        case .hungry:
            return
        case .frame(let header, let range):
            reading.add(header, Array(part[range]))
        case .gathered(let header, let body):
            reading.add(header, body)
        case .piece(let header, let range, first: true):
            reading.add(header, Array(part[range]))
        case .piece(_, let range, first: false):
            reading.bodies[reading.bodies.count - 1] += part[range]
        }
    }
}

private func next(
    _ decoder: inout FrameDecoder, _ bytes: [UInt8], _ position: inout Int
) throws(FrameError) -> FrameDecoder.Step {
    let result = bytes.withUnsafeBytes { raw -> Result<FrameDecoder.Step, FrameError> in
        do throws(FrameError) { return .success(try decoder.next(raw, from: &position)) } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

extension Reading {
    mutating func add(_ header: FrameHeader, _ body: [UInt8]) {
        headers.append(header)
        bodies.append(body)
    }
}

/// Gives all frames to both sides' sessions, which make a call of every request and of every id up to eight.
private func play(_ reading: Reading) {
    let late = ContinuousClock.now + .seconds(3600)
    var server = ServerSession<UInt32>(callsMax: 4)
    var client = ClientSession<UInt32>()
    var (serverLives, clientLives) = (true, true)
    for (header, body) in zip(reading.headers, reading.bodies) {
        body.withUnsafeBytes { bytes in
            if header.kind == .request { _ = RequestBody.parse(bytes) }
            serverLives = serverLives && serve(header, bytes, &server, late)
            clientLives = clientLives && answer(header, bytes, &client, late)
        }
        precondition(server.callsInFlight <= 4, "more calls are in flight than may be")
    }
    for call in server.close() where call.isMultiple(of: 2) {
        precondition(!server.finish(call), "a call is answered after the end")
    }
}

private func serve(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer, _ session: inout ServerSession<UInt32>,
    _ late: ContinuousClock.Instant
) -> Bool {
    do throws(FrameError) {
        switch try session.receive(header, body) {
        case .hello: try session.greet()
        case .request:
            _ = session.open(
                header.call, header.call, upload: header.method.isMultiple(of: 2) ? 64 : nil, deadline: late)
        case .end(let call): _ = session.finish(call)
        case .goaway: _ = session.drain()
        default: break
        }
        return true
    } catch {
        return false
    }
}

private func answer(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer, _ session: inout ClientSession<UInt32>,
    _ late: ContinuousClock.Instant
) -> Bool {
    let shapes: [ClientSession<UInt32>.Shape] = [.unary, .upload, .download]
    do throws(FrameError) {
        if case .hello = try session.receive(header, body) {
            try session.greet()
            for call in UInt32(1)...8 {
                _ = session.start(call, call, shapes[Int(call) % 3], credit: 64, deadline: late)
            }
        }
        return true
    } catch {
        return false
    }
}

/// The first byte says how the rest is split.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    var state = UInt32(first) + 1
    let whole = read(bytes) { bytes.count }
    let split = read(bytes) {
        state = state &* 1_664_525 &+ 1_013_904_223
        return Int(state >> 28)
    }
    precondition(whole == split, "the split matters")
    play(whole)
    return 0
}
