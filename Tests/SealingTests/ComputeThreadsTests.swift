import Dispatch
import Foundation
import Glibc
import Offload
import Synchronization
import Testing

@Suite struct ComputeThreadsTests {
    private final class Tally: Sendable {
        let seen = Mutex<[Int32]>([])
        let done = DispatchSemaphore(value: 0)
    }

    @Test func `all is done though nobody holds the threads any more, and as low as they were told`() {
        let tally = Tally()
        for _ in 0..<20 {
            let threads = ComputeThreads(name: "test", count: 3, niceness: 7)
            for _ in 0..<10 {
                threads.run {
                    tally.seen.withLock { $0.append(getpriority(Int32(PRIO_PROCESS.rawValue), 0)) }
                    tally.done.signal()
                }
            }
        }
        for _ in 0..<200 { #expect(tally.done.wait(timeout: .now() + 60) == .success) }
        #expect(tally.seen.withLock { $0 } == Array(repeating: 7, count: 200))
        // Nobody else's priority has changed.
        #expect(getpriority(Int32(PRIO_PROCESS.rawValue), 0) == 0)
    }
}
