import NIOCore
import Synchronization

/// Where tasks leave what the loop shall do. The first to leave something wakes the loop; all others ride along, and
/// the loop writes everything with one flush.
final class Outbox<Command: Sendable>: Sendable {
    fileprivate struct State {
        var commands: [Command] = []
        var isScheduled = false
        var isClosed = false
        var lastCall: UInt32 = 0
        /// Bytes that were left here or written, and that the socket has not taken.
        var bytes = 0
    }

    private let state = Mutex(State())
    private let eventLoop: any EventLoop
    private let drain: @Sendable () -> Void

    /// `drain` is run on `eventLoop` and must `take` everything.
    init(eventLoop: any EventLoop, drain: @escaping @Sendable () -> Void) {
        self.eventLoop = eventLoop
        self.drain = drain
    }

    /// Whether the connection still lives.
    @discardableResult
    func push(_ command: Command, bytes: Int = 0) -> Bool {
        let (open, wake) = state.withLock { $0.push(command, bytes) }
        if wake { eventLoop.execute(drain) }
        return open
    }

    enum Refusal: Error { case closed, full }

    /// Gives the command the next call id. Ids leave the outbox in order.
    func start(bytes: Int, bytesMax: Int, _ command: (UInt32) -> Command) -> Result<UInt32, Refusal> {
        let (result, wake) = state.withLock { state -> (Result<UInt32, Refusal>, Bool) in
            guard !state.isClosed, state.lastCall < .max else { return (.failure(.closed), false) }
            guard state.bytes + bytes <= bytesMax else { return (.failure(.full), false) }
            state.lastCall += 1
            return (.success(state.lastCall), state.push(command(state.lastCall), bytes).wake)
        }
        if wake { eventLoop.execute(drain) }
        return result
    }

    func take() -> [Command] {
        state.withLock { state in
            state.isScheduled = false
            defer { state.commands.removeAll(keepingCapacity: false) }
            return state.commands
        }
    }

    var bytes: Int { state.withLock(\.bytes) }

    /// The socket took `count` bytes. What is left.
    func sent(_ count: Int) -> Int {
        state.withLock { state in
            state.bytes = max(0, state.bytes - count)
            return state.bytes
        }
    }

    /// Nothing is taken any more; what was left and not taken.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}

extension Outbox.State {
    fileprivate mutating func push(_ command: Command, _ count: Int) -> (open: Bool, wake: Bool) {
        guard !isClosed else { return (false, false) }
        commands.append(command)
        bytes += count
        defer { isScheduled = true }
        return (true, !isScheduled)
    }
}
