/// The calling side of one connection, without I/O: frames and wishes in, what to do about them out.
/// `Token` is whatever the shell ties to a call.
struct ClientSession<Token>: ~Copyable {
    enum Phase: Equatable { case greeting, open, draining, closed }

    enum Shape: Sendable { case unary, upload, download }

    enum Action {
        case ignore
        /// The peer's hello, to be read by the shell, which then says `greet`.
        case hello
        /// The answer of a call. `done`: nothing more will come.
        case response(Token, done: Bool)
        case failure(Token)
        case piece(Token)
        case end(Token)
        case credit(Token, Int)
        case pong
        /// The server goes away. These calls it has not looked at: they can be made elsewhere.
        case goaway(untouched: [Token])
    }

    private struct Entry {
        let token: Token
        let shape: Shape
        let deadline: ContinuousClock.Instant
        var answered = false
        /// Chunk bytes the server may still send.
        var credit: Int
    }

    private(set) var phase = Phase.greeting
    private(set) var deadlines = Deadlines()
    private var calls: [UInt32: Entry] = [:]
    private var lastCall: UInt32 = 0

    var callsInFlight: Int { calls.count }

    /// Nothing is under way and nothing new may start.
    var isDrained: Bool { phase == .draining && calls.isEmpty }

    mutating func greet() throws(FrameError) {
        guard phase == .greeting else { throw .unexpected(.hello) }
        phase = .open
    }

    /// Whether the request may be sent. `timer` tells that the bound of the deadlines moved.
    mutating func start(
        _ call: UInt32, _ token: Token, _ shape: Shape, credit: Int, deadline: ContinuousClock.Instant
    ) -> (accepted: Bool, timer: Bool) {
        guard phase == .open, call > lastCall else { return (false, false) }
        lastCall = call
        calls[call] = Entry(token: token, shape: shape, deadline: deadline, credit: credit)
        return (true, deadlines.add(deadline))
    }

    func isLive(_ call: UInt32) -> Bool { calls[call] != nil }

    /// The reader took `count` bytes. Whether the server should hear of it.
    mutating func grant(_ call: UInt32, _ count: Int) -> Bool {
        guard calls[call] != nil else { return false }
        calls[call]?.credit += count
        return true
    }

    /// The caller gave up; `nil` when the call is over already.
    mutating func cancel(_ call: UInt32) -> Token? {
        calls.removeValue(forKey: call)?.token
    }

    mutating func expire(_ now: ContinuousClock.Instant) -> [(UInt32, Token)] {
        let due = calls.filter { $0.value.deadline <= now }.map { ($0.key, $0.value.token) }
        for (call, _) in due { calls[call] = nil }
        deadlines.reset(to: calls.values.map(\.deadline).min())
        return due
    }

    /// The connection is lost: these calls fail.
    mutating func close() -> [Token] {
        phase = .closed
        defer { calls = [:] }
        return calls.values.map(\.token)
    }

    mutating func drain() {
        if phase == .open { phase = .draining }
    }

    /// A whole frame, or the first or a later piece of a chunk.
    mutating func receive(
        _ header: FrameHeader, _ body: UnsafeRawBufferPointer, first: Bool = true
    ) throws(FrameError) -> Action {
        switch (header.kind, phase) {
        case (.hello, .greeting): return .hello
        case (.goaway, _): return try goaway(body)
        case (_, .greeting), (.hello, _), (.request, _), (.cancel, _): throw .unexpected(header.kind)
        case (.ping, _): return .pong
        case (.pong, _): return .ignore
        default: break
        }
        guard header.call != 0, header.call <= lastCall else { throw .callUnknown(header.call) }
        guard let entry = calls[header.call] else { return .ignore }
        switch header.kind {
        case .response: return try response(header.call, entry)
        case .failure: return finish(header.call, .failure(entry.token))
        case .chunk: return try chunk(header, entry, first)
        case .end:
            guard entry.answered else { throw .unexpected(.end) }
            return finish(header.call, .end(entry.token))
        case .window:
            guard entry.shape == .upload else { throw .unexpected(.window) }
            return .credit(entry.token, try WindowBody.parse(body))
        default: throw .unexpected(header.kind)
        }
    }

    private mutating func finish(_ call: UInt32, _ action: Action) -> Action {
        calls[call] = nil
        return action
    }

    private mutating func response(_ call: UInt32, _ entry: Entry) throws(FrameError) -> Action {
        guard !entry.answered else { throw .unexpected(.response) }
        guard entry.shape == .download else { return finish(call, .response(entry.token, done: true)) }
        calls[call]?.answered = true
        return .response(entry.token, done: false)
    }

    private mutating func chunk(_ header: FrameHeader, _ entry: Entry, _ first: Bool) throws(FrameError) -> Action {
        guard first else { return .piece(entry.token) }
        guard entry.answered else { throw .unexpected(.chunk) }
        guard entry.credit >= header.bodyCount else { throw .creditExceeded(header.call) }
        calls[header.call]?.credit -= header.bodyCount
        return .piece(entry.token)
    }

    private mutating func goaway(_ body: UnsafeRawBufferPointer) throws(FrameError) -> Action {
        let last = try GoawayBody.lastCall(body)
        if phase != .closed { phase = .draining }
        let untouched = calls.filter { $0.key > last }
        for call in untouched.keys { calls[call] = nil }
        return .goaway(untouched: untouched.values.map(\.token))
    }
}
