internal import Foundation

/// Hands work to a thread that blocks while there is none.
///
/// Unchecked: every field is read and written under `condition`.
final class Mailbox<Item: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var items: [Item] = []
    private var isClosed = false

    /// Answers false when the mailbox is closed: the item was not taken.
    @discardableResult
    func put(_ item: Item) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return false }
        items.append(item)
        if items.count == 1 { condition.signal() }
        return true
    }

    /// What was put in is still handed out.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// Waits for items, for `timeout` seconds at most; then answers none. `nil` when closed and empty.
    func take(timeout: Double? = nil) -> [Item]? {
        condition.lock()
        defer { condition.unlock() }
        let limit = timeout.map { Date(timeIntervalSinceNow: $0) }
        while items.isEmpty {
            if isClosed { return nil }
            guard let limit else {
                condition.wait()
                continue
            }
            guard condition.wait(until: limit) else { break }
        }
        defer { items.removeAll(keepingCapacity: true) }
        return items
    }
}

/// Starts a thread of its own: libpq blocks, and neither the cooperative pool nor an event loop may wait for it.
func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    thread.stackSize = 1 << 20
    thread.start()
}

/// Runs blocking work on a thread of its own and waits for it.
func onThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(PostgresError) -> Value
) async throws(PostgresError) -> Value {
    let outcome = await withCheckedContinuation { (done: CheckedContinuation<Result<Value, PostgresError>, Never>) in
        startThread(name) { done.resume(returning: Result(catching: body)) }
    }
    return try outcome.get()
}

/// Sleeps before an attempt to connect: not at all before the first, then 50 ms doubling to 2 s, with jitter.
func pause(afterFailures failures: Int) {
    guard failures > 0 else { return }
    let longest = min(2.0, 0.05 * Double(1 << min(failures - 1, 6)))
    Thread.sleep(forTimeInterval: longest * Double.random(in: 0.5...1))
}
