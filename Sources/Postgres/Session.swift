internal import Foundation
internal import Synchronization

/// A connection for interactive transactions, on a thread of its own; one borrower at a time.
final class Session: Sendable {
    typealias Job = @Sendable (Seat) -> Void

    /// What lives on the thread and never leaves it.
    final class Seat {
        var link: Link?
    }

    private let mailbox = Mailbox<Job>()
    private let config: DatabaseConfig
    private let cancelHandle = Mutex<CancelHandle?>(nil)

    init(config: DatabaseConfig) {
        self.config = config
        let mailbox = mailbox
        startThread("pg-session") {
            let seat = Seat()
            while let jobs = mailbox.take() {
                for job in jobs { job(seat) }
            }
        }
    }

    deinit {
        mailbox.close()
    }

    /// Runs on the thread, connected.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Link) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        try await onSeat { (seat) throws(PostgresError) in
            guard let link = seat.link else { throw .lost("the connection was lost") }
            return try body(link)
        }
    }

    /// As `perform`; a cancelled task's statement is ended on the server, and `flight` tells that it may have been.
    func perform<Value: Sendable>(
        _ flight: Flight, _ canceller: Canceller, _ body: @escaping @Sendable (Link) throws(PostgresError) -> Value
    ) async throws -> Value {
        let done = Done()
        return try await withTaskCancellationHandler {
            defer { done.flag.store(true, ordering: .sequentiallyConsistent) }
            do throws(PostgresError) {
                return try await perform { (link) throws(PostgresError) in
                    defer { done.flag.store(true, ordering: .sequentiallyConsistent) }
                    guard !flight.isCancelled else { throw PostgresError(sqlState: "57014", message: "cancelled") }
                    return try body(link)
                }
            } catch {
                guard error.sqlState == "57014", flight.isCancelled else { throw error }
                throw CancellationError()
            }
        } onCancel: {
            flight.cancel()
            guard let handle = cancelHandle.withLock({ $0 }) else { return }
            canceller.cancel(handle) { !done.flag.load(ordering: .sequentiallyConsistent) }
        }
    }

    /// Starts a transaction, on a new connection when there is none or the old one died while it was idle.
    func begin(_ text: String) async throws(PostgresError) {
        try await onSeat { [config, self] (seat) throws(PostgresError) in
            if let link = seat.link {
                do throws(PostgresError) {
                    try link.execute(text)
                    return
                } catch {
                    seat.link = nil
                    guard error.isConnectionLoss else { throw error }
                }
            }
            let link = try Session.connect(config)
            cancelHandle.withLock { $0 = link.cancel }
            try link.execute(text)
            seat.link = link
        }
    }

    /// Closes the connection, which rolls back; the next `begin` opens another.
    func disconnect() async {
        _ = try? await onSeat { (seat) throws(PostgresError) in seat.link = nil }
    }

    private static func connect(_ config: DatabaseConfig) throws(PostgresError) -> Link {
        let giveUp = ContinuousClock.now + config.connectionWaitMax
        var failures = 0
        while true {
            do throws(PostgresError) {
                return try Link(config.conninfo, settings: config.sessionSettings, preparedMax: config.preparedMax)
            } catch {
                failures += 1
                guard ContinuousClock.now < giveUp else { throw error }
                pause(afterFailures: failures)
            }
        }
    }

    private func onSeat<Value: Sendable>(
        _ body: @escaping @Sendable (Seat) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let outcome = await withCheckedContinuation {
            (done: CheckedContinuation<Result<Value, PostgresError>, Never>) in
            let taken = mailbox.put { seat in
                done.resume(returning: Result { () throws(PostgresError) in try body(seat) })
            }
            if !taken { done.resume(returning: .failure(.closed)) }
        }
        return try outcome.get()
    }

    private final class Done: Sendable {
        let flag = Atomic<Bool>(false)
    }
}

/// What befell one transaction while it was under way.
final class Flight: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)

    /// A cancel request was or will be sent: the connection's state is not known any more.
    var isCancelled: Bool { cancelled.load(ordering: .sequentiallyConsistent) }
    /// The transaction's closure has returned.
    var isEnded: Bool { ended.load(ordering: .sequentiallyConsistent) }

    func cancel() { cancelled.store(true, ordering: .sequentiallyConsistent) }
    func end() { ended.store(true, ordering: .sequentiallyConsistent) }
}
