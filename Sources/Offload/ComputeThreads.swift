import Dispatch
import Foundation
import Glibc
import Synchronization

/// Threads of their own for work that takes a processor for long. They run at a low priority (`nice`, which on Linux
/// each thread has for itself): while others want the processors, they get what is left and a little more.
///
/// Work begins in the order in which it came. When the last reference goes, what is queued is still done.
public final class ComputeThreads: Sendable {
    private final class Shared: Sendable {
        let queued = Mutex<[@Sendable () -> Void]>([])
        let wake = DispatchSemaphore(value: 0)
    }

    private let shared = Shared()
    private let count: Int

    /// `niceness`: 0 is like everybody's, 19 the lowest; each step takes a fifth off a thread's weight.
    public init(name: String, count: Int, niceness: Int32) {
        self.count = count
        for _ in 0..<count {
            let thread = Thread { [shared] in
                setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness)
                while let work = Self.next(of: shared) { work() }
            }
            thread.name = name
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    deinit {
        for _ in 0..<count { shared.wake.signal() }
    }

    public func run(_ work: @escaping @Sendable () -> Void) {
        shared.queued.withLock { $0.append(work) }
        shared.wake.signal()
    }

    /// Waits for work; `nil` when there will be none. Each signal stands for one piece of work, or for the end.
    private static func next(of shared: Shared) -> (@Sendable () -> Void)? {
        shared.wake.wait()
        return shared.queued.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
