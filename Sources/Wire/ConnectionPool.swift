import Logging
import Model
import NIOCore
import NIOPosix
import Synchronization

/// The connections of one client to all addresses of a service. `PoolState` decides; this performs.
final class ConnectionPool: Sendable {
    /// A restarting service means a short wait, not an error.
    static let waitMax: Duration = .seconds(5)
    static let connectionsPerAddress = 2

    private typealias Waiter = CheckedContinuation<ClientConnection?, Never>
    private let state: Mutex<PoolState<ClientConnection, CheckedContinuation<ClientConnection?, Never>>>
    private let connector: Connector
    private let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    private let logger: Logger

    init(addresses: [Address], connector: Connector, logger: Logger) {
        let slots = addresses.flatMap { Array(repeating: $0, count: ConnectionPool.connectionsPerAddress) }
        state = Mutex(PoolState(addresses: slots))
        self.connector = connector
        self.logger = logger
    }

    /// The connection with the fewest calls under way; waits for one to come up if there is none.
    func connection(before deadline: ContinuousClock.Instant) async throws(Failure) -> ClientConnection {
        let (found, starts) = state.withLock { state in
            (state.pick { $0.load.load(ordering: .relaxed) }, state.begin())
        }
        connect(starts)
        if let found { return found }
        if let found = await wait(until: min(deadline, .now + ConnectionPool.waitMax)) { return found }
        if Task.isCancelled { throw Failure(.unavailable, "The call was cancelled.", reason: "cancelled") }
        let why = state.withLock(\.lastError)
        throw Failure(
            .unavailable, "The \(connector.service) service cannot be reached.", reason: "no_connection", detail: why,
            retryAfter: .seconds(1))
    }

    private func wait(until limit: ContinuousClock.Instant) async -> ClientConnection? {
        let ticket = state.withLock { $0.ticket() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let (ready, starts) = state.withLock { state -> (ClientConnection??, [PoolStart]) in
                    if state.isClosed || Task.isCancelled { return (.some(nil), []) }
                    if let found = state.pick({ $0.load.load(ordering: .relaxed) }) { return (found, []) }
                    state.waiters[ticket] = waiter
                    return (nil, state.begin())
                }
                connect(starts)
                if let ready { return waiter.resume(returning: ready) }
                _ = group.any().scheduleTask(in: max(.zero, limit - .now).timeAmount) { self.giveUp(ticket) }
            }
        } onCancel: {
            giveUp(ticket)
        }
    }

    private func giveUp(_ ticket: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: nil)
    }

    private func connect(_ starts: [PoolStart]) {
        for start in starts {
            connector.connect(to: start.address, on: group.next()) { [weak self] event in
                self?.happened(event, start)
            } _: { [weak self] connection in
                guard let self, self.state.withLock({ $0.arrived(start, connection) }) else {
                    connection.channel.close(promise: nil)
                    return
                }
            }
        }
    }

    private func happened(_ event: ClientHandler.Event, _ start: PoolStart) {
        switch event {
        case .ready:
            let waiters = state.withLock { $0.ready(start) }
            for (waiter, connection) in waiters { waiter.resume(returning: connection) }
        case .draining:
            connect(state.withLock { $0.draining(start) })
        case .closed(let why):
            logger.debug("wire connection closed", metadata: ["to": "\(start.address)", "why": "\(why)"])
            guard let pause = state.withLock({ $0.closed(start, why) }) else { return }
            let jittered = pause * Double.random(in: 0.5...1)
            _ = group.any().scheduleTask(in: jittered.timeAmount) { [weak self] in
                guard let self else { return }
                connect(state.withLock { $0.rested(start) })
            }
        }
    }

    func close() async {
        let (connections, waiters) = state.withLock { $0.close() }
        for waiter in waiters { waiter.resume(returning: nil) }
        for connection in connections { connection.channel.close(promise: nil) }
        for connection in connections { try? await connection.channel.closeFuture.get() }
    }
}
