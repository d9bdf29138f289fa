/// The answering side of one connection, without I/O. `Token` is whatever the shell ties to a call.
struct ServerSession<Token>: ~Copyable {
    enum Phase: Equatable { case greeting, open, draining, closed }

    enum Action {
        case ignore
        case hello
        /// A new call: the shell makes its token and says `open`, or answers it at once with a failure.
        case request
        /// One call too many for this connection.
        case crowded
        case piece(Token)
        case end(Token)
        case cancel(Token)
        case credit(Token, Int)
        case pong
        /// The peer goes away.
        case goaway
    }

    private struct Entry {
        let token: Token
        let deadline: ContinuousClock.Instant
        /// Chunk bytes the caller may still send; `nil` once its stream has ended, or when there is none.
        var credit: Int?
        /// The caller has its answer or wants none; the handler is still at work.
        var answered = false
    }

    private(set) var phase = Phase.greeting
    private(set) var deadlines = Deadlines()
    private let callsMax: Int
    private var calls: [UInt32: Entry] = [:]
    /// The last call that was looked at; later ones may be made elsewhere.
    private(set) var lastCall: UInt32 = 0

    init(callsMax: Int) {
        self.callsMax = callsMax
    }

    var callsInFlight: Int { calls.count }

    /// All accepted calls are answered and nothing new will be accepted.
    var isDrained: Bool { phase == .draining && calls.isEmpty }

    mutating func greet() throws(FrameError) {
        guard phase == .greeting else { throw .unexpected(.hello) }
        phase = .open
    }

    /// Whether the bound of the deadlines moved.
    mutating func open(_ call: UInt32, _ token: Token, upload: Int?, deadline: ContinuousClock.Instant) -> Bool {
        calls[call] = Entry(token: token, deadline: deadline, credit: upload)
        return deadlines.add(deadline)
    }

    /// Whether a frame of the call's answer may be sent.
    func mayAnswer(_ call: UInt32) -> Bool {
        calls[call].map { !$0.answered } ?? false
    }

    /// The handler has returned. Whether its answer is still wanted.
    mutating func finish(_ call: UInt32) -> Bool {
        calls.removeValue(forKey: call).map { !$0.answered } ?? false
    }

    mutating func grant(_ call: UInt32, _ count: Int) -> Bool {
        guard let entry = calls[call], let credit = entry.credit, !entry.answered else { return false }
        calls[call]?.credit = credit + count
        return true
    }

    /// Calls whose time is up: their handlers are to be cancelled and their callers told.
    mutating func expire(_ now: ContinuousClock.Instant) -> [(UInt32, Token)] {
        let due = calls.filter { !$0.value.answered && $0.value.deadline <= now }.map { ($0.key, $0.value.token) }
        for (call, _) in due { calls[call]?.answered = true }
        deadlines.reset(to: calls.values.lazy.filter { !$0.answered }.map(\.deadline).min())
        return due
    }

    mutating func close() -> [Token] {
        phase = .closed
        defer { calls = [:] }
        return calls.values.map(\.token)
    }

    /// No later call is accepted. The id to name in goaway; `nil` when that was said before.
    mutating func drain() -> UInt32? {
        guard phase == .open || phase == .greeting else { return nil }
        phase = .draining
        return lastCall
    }

    mutating func receive(
        _ header: FrameHeader, _ body: UnsafeRawBufferPointer, first: Bool = true
    ) throws(FrameError) -> Action {
        switch (header.kind, phase) {
        case (.hello, .greeting): return .hello
        case (.goaway, _): return .goaway
        // A client that greets while the server drains learns from the goaway that it came too late.
        case (.hello, .draining): return .ignore
        case (_, .greeting), (.hello, _), (.response, _), (.failure, _): throw .unexpected(header.kind)
        case (.ping, _): return .pong
        case (.pong, _): return .ignore
        case (.request, .open): return try request(header.call)
        // Crossed the goaway on its way; the client makes these calls elsewhere.
        case (.request, _): return .ignore
        default: break
        }
        if phase == .draining && header.call > lastCall { return .ignore }
        guard header.call != 0, header.call <= lastCall else { throw .callUnknown(header.call) }
        guard let entry = calls[header.call] else { return .ignore }
        switch header.kind {
        case .chunk: return try chunk(header, entry, first)
        case .end:
            if entry.answered { return .ignore }
            guard entry.credit != nil else { throw .unexpected(.end) }
            calls[header.call]?.credit = nil
            return .end(entry.token)
        case .cancel:
            if entry.answered { return .ignore }
            calls[header.call]?.answered = true
            return .cancel(entry.token)
        case .window: return .credit(entry.token, try WindowBody.parse(body))
        default: throw .unexpected(header.kind)
        }
    }

    private mutating func request(_ call: UInt32) throws(FrameError) -> Action {
        guard call > lastCall else { throw .callReused(call) }
        lastCall = call
        return calls.count < callsMax ? .request : .crowded
    }

    private mutating func chunk(_ header: FrameHeader, _ entry: Entry, _ first: Bool) throws(FrameError) -> Action {
        if entry.answered { return .ignore }
        guard first else { return .piece(entry.token) }
        guard let credit = entry.credit else { throw .unexpected(.chunk) }
        guard credit >= header.bodyCount else { throw .creditExceeded(header.call) }
        calls[header.call]?.credit = credit - header.bodyCount
        return .piece(entry.token)
    }
}
