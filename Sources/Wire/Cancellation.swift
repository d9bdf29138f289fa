import Synchronization

/// Lets the loop cancel a child of a task group, which hands out no handle of its own.
final class Cancellation: Sendable {
    /// `@unchecked`: `UnsafeCurrentTask` may be used from any thread for `cancel` (SE-0304), as long as its task runs.
    /// It is held only between the two locked lines of `run`, within which the task cannot end.
    private struct Running: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private struct State {
        var isCancelled = false
        var running: Running?
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.running?.task.cancel()
        }
    }

    /// Runs `body` in the current task, which `cancel` then cancels.
    func run(_ body: () async -> Void) async {
        withUnsafeCurrentTask { task in
            guard let task else { return }
            state.withLock { state in
                state.running = Running(task: task)
                if state.isCancelled { task.cancel() }
            }
        }
        await body()
        state.withLock { $0.running = nil }
    }
}
