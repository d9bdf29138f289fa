internal import Synchronization

/// The outcome of a job that was handed over. One task may wait for it.
final class Ticket<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Result<Value, BlobError>, Never>)
        case done(Result<Value, BlobError>)
    }

    private let state = Mutex(State.running)

    func fulfil(_ result: Result<Value, BlobError>) {
        let waiter: CheckedContinuation<Result<Value, BlobError>, Never>? = state.withLock { state in
            defer { state = .done(result) }
            if case .awaited(let waiter) = state { return waiter }
            return nil
        }
        waiter?.resume(returning: result)
    }

    func value() async throws(BlobError) -> Value {
        let result = await withCheckedContinuation { (waiter: CheckedContinuation<Result<Value, BlobError>, Never>) in
            let done: Result<Value, BlobError>? = state.withLock { state in
                if case .done(let result) = state { return result }
                state = .awaited(waiter)
                return nil
            }
            if let done { waiter.resume(returning: done) }
        }
        return try result.get()
    }
}
