import Synchronization

/// Hands over what the loop received to one task, batch by batch.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isFinished = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func push(_ elements: [Element]) {
        wake { $0.elements.append(contentsOf: elements) }
    }

    func finish() {
        wake { $0.isFinished = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Everything that came since; `nil` when nothing more will. Cancelling does not end the wait: whoever cancels
    /// also finishes the inbox.
    func next() async -> [Element]? {
        while true {
            let (batch, finished) = state.withLock { state in
                defer { state.elements = [] }
                return (state.elements, state.isFinished)
            }
            if !batch.isEmpty { return batch }
            if finished { return nil }
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let ready = state.withLock { state in
                    if !state.elements.isEmpty || state.isFinished { return true }
                    state.waiter = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        }
    }
}
