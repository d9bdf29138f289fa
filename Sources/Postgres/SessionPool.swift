internal import Synchronization

/// The sessions of one `Database`: handed out in the order of asking, opened when first needed.
final class SessionPool: Sendable {
    private typealias Waiter = CheckedContinuation<Session, any Error>

    private struct State {
        var idle: [Session] = []
        var opened = 0
        var isClosed = false
        var nextWaiter = 0
        var waiters: [(number: Int, waiter: Waiter)] = []
        /// Cancelled before they began to wait.
        var gone: Set<Int> = []
    }

    private enum Step {
        case session(Session)
        case wait
        case refuse(any Error)
    }

    private let config: DatabaseConfig
    private let state = Mutex(State())

    init(config: DatabaseConfig) {
        self.config = config
    }

    /// Waits for a session until the task is cancelled.
    func take() async throws -> Session {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        // A cancellation that came too late to matter must leave no trace.
        defer { state.withLock { _ = $0.gone.remove(number) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                switch next(number, waiter) {
                case .session(let session): waiter.resume(returning: session)
                case .refuse(let error): waiter.resume(throwing: error)
                case .wait: break
                }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.gone.insert(number)
                    return nil
                }
                return state.waiters.remove(at: index).waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func next(_ number: Int, _ waiter: Waiter) -> Step {
        state.withLock { state in
            if state.gone.remove(number) != nil { return .refuse(CancellationError()) }
            if state.isClosed { return .refuse(PostgresError.closed) }
            if let session = state.idle.popLast() { return .session(session) }
            if state.opened < config.sessions {
                state.opened += 1
                return .session(Session(config: config))
            }
            guard state.waiters.count < config.sessionWaitersMax else {
                return .refuse(PostgresError(sqlState: "53300", message: "too many transactions are waiting"))
            }
            state.waiters.append((number, waiter))
            return .wait
        }
    }

    /// Every session taken comes back once, clean or disconnected.
    func giveBack(_ session: Session) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                if !state.isClosed { state.idle.append(session) }
                return nil
            }
            return state.waiters.removeFirst().waiter
        }
        waiter?.resume(returning: session)
    }

    /// Refuses whoever waits; sessions in use close when they come back.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.idle = []
            defer { state.waiters = [] }
            return state.waiters
        }
        for (_, waiter) in waiters { waiter.resume(throwing: PostgresError.closed) }
    }
}
