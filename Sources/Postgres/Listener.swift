internal import CLibPQ
internal import Logging
internal import Synchronization

/// The name of a NOTIFY channel: lower-case letters, digits and `_`, not a digit first, 63 bytes at most.
public struct Channel: Hashable, Sendable, ExpressibleByStringLiteral {
    public let name: String

    /// `nil` when the name is none.
    public init?(_ name: String) {
        let allowed = name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
        }
        guard allowed, (1...63).contains(name.utf8.count), name.first?.isNumber == false else { return nil }
        self.name = name
    }

    public init(stringLiteral literal: StaticString) {
        name = literal.description
        precondition(Channel(name) != nil, "no channel's name")
    }
}

/// LISTEN on a connection and a thread of its own, both there from the first subscription on.
final class Listener: Sendable {
    private static let bufferedMax = 1024

    private struct State {
        var subscribers: [Channel: [Int: AsyncStream<String>.Continuation]] = [:]
        var next = 0
        var isRunning = false
        var isStopped = false
    }

    private let config: DatabaseConfig
    private let logger: Logger
    private let wake = Wake()
    private let state = Mutex(State())

    init(config: DatabaseConfig, logger: Logger) {
        self.config = config
        self.logger = logger
    }

    func subscribe(_ channel: Channel) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream<String>.makeStream(
            bufferingPolicy: .bufferingNewest(Listener.bufferedMax))
        let (number, starts) = state.withLock { state -> (Int?, Bool) in
            guard !state.isStopped else { return (nil, false) }
            state.next += 1
            state.subscribers[channel, default: [:]][state.next] = continuation
            defer { state.isRunning = true }
            return (state.next, !state.isRunning)
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.leave(channel, number) }
        if starts { startThread("pg-listen") { self.run() } } else { wake.signal() }
        return stream
    }

    func stop() {
        let all = state.withLock { state in
            state.isStopped = true
            defer { state.subscribers = [:] }
            return state.subscribers.values.flatMap(\.values)
        }
        wake.signal()
        for continuation in all { continuation.finish() }
    }

    private func leave(_ channel: Channel, _ number: Int) {
        state.withLock { state in
            state.subscribers[channel]?[number] = nil
            if state.subscribers[channel]?.isEmpty == true { state.subscribers[channel] = nil }
        }
        wake.signal()
    }

    private var isStopped: Bool { state.withLock(\.isStopped) }

    // MARK: On the thread

    private func run() {
        var failures = 0
        while !isStopped {
            pause(afterFailures: failures)
            do {
                let link = try Link(config.conninfo, settings: [], preparedMax: 1)
                failures = 0
                try follow(link)
            } catch {
                failures += 1
                if failures == 1 { logger.warning("LISTEN was interrupted", metadata: ["error": "\(error)"]) }
            }
        }
    }

    /// Until the connection is lost, or the listener is stopped.
    private func follow(_ link: Link) throws(PostgresError) {
        var told: [Channel: Set<Int>] = [:]
        while !isStopped {
            try agree(link, &told)
            deliver(link)
            hl_poll(PQsocket(link.connection), wake.descriptor, 30_000)
            wake.drain()
            guard PQconsumeInput(link.connection) == 1 else {
                throw PostgresError(connection: link.connection, sqlState: "08006")
            }
            deliver(link)
        }
    }

    /// Listens to what is subscribed to, and no longer to what is not; tells each subscriber when it is so.
    private func agree(_ link: Link, _ told: inout [Channel: Set<Int>]) throws(PostgresError) {
        let wanted = state.withLock(\.subscribers)
        for channel in told.keys where wanted[channel] == nil {
            try link.execute("UNLISTEN \(channel.name)")
            told[channel] = nil
        }
        for (channel, subscribers) in wanted {
            if told[channel] == nil { try link.execute("LISTEN \(channel.name)") }
            for (number, continuation) in subscribers where told[channel]?.contains(number) != true {
                continuation.yield("")
            }
            told[channel] = Set(subscribers.keys)
        }
    }

    private func deliver(_ link: Link) {
        while let notification = PQnotifies(link.connection) {
            defer { PQfreemem(notification) }
            let (name, payload) = (notification.pointee.relname, notification.pointee.extra)
            guard let name, let channel = Channel(String(cString: name)) else { continue }
            let text = payload.map { String(cString: $0) } ?? ""
            let subscribers = state.withLock { $0.subscribers[channel] ?? [:] }
            for continuation in subscribers.values { continuation.yield(text) }
        }
    }
}

/// An eventfd: wakes a thread that waits for it and for a socket.
private final class Wake: Sendable {
    let descriptor = hl_eventfd()

    deinit {
        hl_close(descriptor)
    }

    func signal() { hl_wake(descriptor) }
    func drain() { hl_drain(descriptor) }
}
