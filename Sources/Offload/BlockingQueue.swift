import Dispatch
public import Foundation
import Synchronization

/// Threads for work that blocks, few of them, so that no task of the cooperative pool waits for others on the network.
/// How many wait is bounded, and each caller hears within its time, however long its work still takes.
public final class BlockingQueue: Sendable {
    private let queue = OperationQueue()
    private let pending = Mutex(0)
    private let pendingMax: Int

    public init(name: String, atOnce: Int, waitingMax: Int) {
        pendingMax = atOnce + waitingMax
        queue.name = name
        queue.maxConcurrentOperationCount = atOnce
    }

    /// What `work` answers, which gets the time by which it must end; `late` when that has passed, `busy` when too many
    /// wait already. Cancelling does not stop work under way.
    public func run<Value: Sendable, Refusal: Error>(
        seconds: Double, busy: Refusal, late: Refusal,
        _ work: @escaping @Sendable (_ until: Date) throws(Refusal) -> Value
    ) async throws(Refusal) -> Value {
        guard enter() else { throw busy }
        let until = Date().addingTimeInterval(seconds)
        let result: Result<Value, Refusal> = await withCheckedContinuation { continuation in
            let once = Once(continuation)
            // Resolving a name has a patience of its own, which nobody can shorten.
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { once.end(.failure(late)) }
            queue.addOperation {
                if Date() < until { once.end(Result { () throws(Refusal) in try work(until) }) }
                self.pending.withLock { $0 -= 1 }
            }
        }
        return try result.get()
    }

    private func enter() -> Bool {
        pending.withLock { pending in
            guard pending < pendingMax else { return false }
            pending += 1
            return true
        }
    }
}

/// An answer that is given by whoever is first.
private final class Once<Answer: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Answer, Never>?>

    init(_ continuation: CheckedContinuation<Answer, Never>) {
        self.continuation = Mutex(continuation)
    }

    func end(_ answer: Answer) {
        let waiting = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        waiting?.resume(returning: answer)
    }
}
