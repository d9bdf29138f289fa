import Logging
import Model
import Postgres
import Series

/// Takes groups from the queue and commits them.
struct MetricCommitter: Sendable {
    let queue: MetricQueue
    let store: MetricStore
    let changed: @Sendable (ID<Experiment>, [String]) -> Void

    /// Until the queue is closed and drained.
    func run() async {
        while true {
            let group = await queue.next()
            guard !group.isEmpty else { return }
            let failures = await commit(group[...])
            // The next group first: it has a long way to go.
            queue.finish()
            for (waiting, failure) in zip(group, failures) { end(waiting, failure) }
        }
    }

    private func end(_ waiting: MetricQueue.Waiting, _ failure: (any Error)?) {
        if let failure { return waiting.done.resume(throwing: failure) }
        waiting.done.resume()
        changed(ID(waiting.append.place.experiment), waiting.append.summaries.keys.map(\.name))
    }

    /// Answers what each of the group failed with. A batch that makes the joint transaction fail must not fail the
    /// others: the group is halved until it is alone.
    private func commit(_ group: ArraySlice<MetricQueue.Waiting>) async -> [(any Error)?] {
        do {
            try await store.append(group.map(\.append))
            return group.map { _ in nil }
        } catch  where group.count > 1 && MetricCommitter.mayBeOnes(error) {
            let middle = group.startIndex + group.count / 2
            return await commit(group[..<middle]) + commit(group[middle...])
        } catch {
            // It was this task that was cancelled, not the callers'.
            let failure = error is CancellationError ? MetricQueue.closed : error
            return group.map { _ in failure }
        }
    }

    /// Not when the database or this task has gone: then nobody's batch can be committed now.
    private static func mayBeOnes(_ error: any Error) -> Bool {
        if error is CancellationError { return false }
        guard let error = error as? PostgresError else { return true }
        return !error.isConnectionLoss && !error.isOverload
    }
}
