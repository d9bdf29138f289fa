import Model
import Synchronization

/// Group commit: appends that wait at the same time share a transaction.
///
/// Callers put in and wait for the COMMIT; `committersMax` tasks take out whatever waits. While they are at the
/// database the next group gathers, so nobody waits for company that does not come.
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

    private struct State {
        var waiting: [Waiting] = []
        var idle: [CheckedContinuation<[Waiting], Never>] = []
        var isClosed = false
    }

    private enum Put { case taken, exhausted, closed }

    private let state = Mutex(State())

    /// Returns after COMMIT. Cancelling does not take it back.
    func append(_ append: MetricAppend) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            let (put, committer, group) = state.withLock {
                state -> (Put, CheckedContinuation<[Waiting], Never>?, [Waiting]) in
                if state.isClosed { return (.closed, nil, []) }
                if state.waiting.count >= MetricQueue.waitingMax { return (.exhausted, nil, []) }
                state.waiting.append(Waiting(append: append, done: done))
                guard let committer = state.idle.popLast() else { return (.taken, nil, []) }
                return (.taken, committer, MetricQueue.take(&state))
            }
            switch put {
            case .taken: committer?.resume(returning: group)
            case .exhausted: done.resume(throwing: MetricQueue.exhausted)
            case .closed: done.resume(throwing: MetricQueue.closed)
            }
        }
    }

    /// The next group, in order of arrival; empty once the queue is closed and drained.
    func next() async -> [Waiting] {
        await withCheckedContinuation { (committer: CheckedContinuation<[Waiting], Never>) in
            let group = state.withLock { state -> [Waiting]? in
                if state.waiting.isEmpty && !state.isClosed {
                    state.idle.append(committer)
                    return nil
                }
                return MetricQueue.take(&state)
            }
            if let group { committer.resume(returning: group) }
        }
    }

    /// What waits is still taken out; what comes later is refused.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for committer in idle { committer.resume(returning: []) }
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
