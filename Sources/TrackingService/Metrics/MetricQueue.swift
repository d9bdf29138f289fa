import Model
import Synchronization

/// Group commit: appends that wait at the same time share a transaction.
///
/// Callers put in and wait for the COMMIT. While one group is at the database the next gathers, so nobody waits for
/// company that does not come, and groups are the larger the more there is to do. A group is taken when the committer
/// that was told to runs: by then the appends that could go on before it have come, too. A group that takes longer than
/// usual, such as one that waits for a deletion, does not hold up the next: after `patience` another may begin.
final class MetricQueue: Sendable {
    struct Waiting: Sendable {
        let append: MetricAppend
        let done: CheckedContinuation<Void, any Error>
    }

    /// Of one transaction.
    static let batchesMax = 256
    static let bytesMax = 4 << 20
    /// Of all that wait; over it the answer is `.exhausted`.
    static let waitingMax = 4096
    static let patience: Duration = .milliseconds(20)

    private struct State {
        var waiting: [Waiting] = []
        /// Told `true` to take a group, `false` that the queue is closed.
        var idle: [CheckedContinuation<Bool, Never>] = []
        /// Committers that were told to take a group and have not finished it, and when the last was told.
        var underWay = 0
        var toldAt = ContinuousClock.now
        var watcher: CheckedContinuation<Void, Never>?
        var isClosed = false

        var mayTake: Bool {
            !waiting.isEmpty && (underWay == 0 || isClosed || .now - toldAt >= MetricQueue.patience)
        }
    }

    private enum Put { case taken, exhausted, closed }

    private let state = Mutex(State())

    /// What waits to be taken out.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns after COMMIT. Cancelling does not take it back.
    func append(_ append: MetricAppend) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            let put = state.withLock { state -> Put in
                if state.isClosed { return .closed }
                if state.waiting.count >= MetricQueue.waitingMax { return .exhausted }
                state.waiting.append(Waiting(append: append, done: done))
                return .taken
            }
            switch put {
            case .taken: handOut()
            case .exhausted: done.resume(throwing: MetricQueue.exhausted)
            case .closed: done.resume(throwing: MetricQueue.closed)
            }
        }
    }

    /// The next group, in order of arrival; empty once the queue is closed and drained. Whoever takes one says
    /// `finish` when it is committed.
    func next() async -> [Waiting] {
        while await turn() {
            let group = state.withLock { MetricQueue.take(&$0) }
            if !group.isEmpty { return group }
            finish()
        }
        return []
    }

    /// Waits until there is a group to take; answers false once the queue is closed and drained.
    private func turn() async -> Bool {
        await withCheckedContinuation { (committer: CheckedContinuation<Bool, Never>) in
            let isOver = state.withLock { state in
                if state.isClosed && state.waiting.isEmpty { return true }
                state.idle.append(committer)
                return false
            }
            if isOver { committer.resume(returning: false) } else { handOut() }
        }
    }

    func finish() {
        state.withLock { $0.underWay -= 1 }
        handOut()
    }

    /// Lets a group begin that has waited for another for too long. Until the queue is closed or the task cancelled.
    func watch() async throws {
        while await isBusy() {
            try await Task.sleep(for: MetricQueue.patience)
            handOut()
        }
    }

    /// What waits is still taken out; what comes later is refused.
    func close() {
        let (idle, watcher) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.watcher) = ([], nil) }
            return (state.idle, state.watcher)
        }
        for committer in idle { committer.resume(returning: false) }
        watcher?.resume()
    }

    private func handOut() {
        let (committer, watcher) = state.withLock { state in
            guard state.mayTake, let committer = state.idle.popLast() else { return (nil, nil) as HandOut }
            defer { state.watcher = nil }
            state.underWay += 1
            state.toldAt = .now
            return (committer, state.watcher)
        }
        committer?.resume(returning: true)
        watcher?.resume()
    }

    private typealias HandOut = (CheckedContinuation<Bool, Never>?, CheckedContinuation<Void, Never>?)

    /// Waits while there is nothing under way; answers false once the queue is closed.
    private func isBusy() async -> Bool {
        await withCheckedContinuation { (watcher: CheckedContinuation<Void, Never>) in
            let isBusy = state.withLock { state in
                if state.isClosed || state.underWay > 0 { return true }
                state.watcher = watcher
                return false
            }
            if isBusy { watcher.resume() }
        }
        return state.withLock { !$0.isClosed }
    }

    private static func take(_ state: inout State) -> [Waiting] {
        var (count, bytes) = (0, 0)
        while count < min(state.waiting.count, batchesMax), count == 0 || bytes < bytesMax {
            bytes += state.waiting[count].append.body.count
            count += 1
        }
        let group = Array(state.waiting[..<count])
        state.waiting.removeFirst(count)
        return group
    }

    private static let exhausted = Failure(
        .exhausted, "Too many appends are waiting.", reason: "metric_queue_full", retryAfter: .seconds(1))
    static let closed = Failure(.unavailable, "The service is stopping.", retryAfter: .seconds(1))
}
