import Synchronization

/// One that waits for its turn, until it comes or is given up: whichever is first.
final class Turn<Value: Sendable>: Sendable {
    typealias Waiter = CheckedContinuation<Result<Value, SealingError>, Never>

    private enum State {
        case fresh
        case waiting(Waiter)
        case begun(Waiter)
        case over
    }

    private let state = Mutex(State.fresh)

    func wait(_ waiter: Waiter) {
        let isOver = state.withLock { state in
            guard case .fresh = state else { return true }
            state = .waiting(waiter)
            return false
        }
        if isOver { waiter.resume(returning: .failure(.cancelled)) }
    }

    /// `false`: it was given up.
    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let waiter) = state else { return false }
            state = .begun(waiter)
            return true
        }
    }

    func end(_ result: Result<Value, SealingError>) {
        let waiter: Waiter? = state.withLock { state in
            guard case .begun(let waiter) = state else { return nil }
            state = .over
            return waiter
        }
        waiter?.resume(returning: result)
    }

    /// `false`: it has begun, and will be done.
    func giveUp() -> Bool {
        let (waiter, isGivenUp): (Waiter?, Bool) = state.withLock { state in
            switch state {
            case .fresh:
                state = .over
                return (nil, true)
            case .waiting(let waiter):
                state = .over
                return (waiter, true)
            case .begun, .over: return (nil, false)
            }
        }
        waiter?.resume(returning: .failure(.cancelled))
        return isGivenUp
    }
}
