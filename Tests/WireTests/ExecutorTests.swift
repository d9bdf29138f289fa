import CExecutor
import Dispatch
import Foundation
import Synchronization
import Testing

/// In a process of its own: there is one executor for all tasks of a process, and it is taken for good.
@Suite struct ExecutorTests {
    @Test func `a call of what is bound to no actor is handed to nobody`() async {
        await #expect(processExitsWith: .success) {
            let isTaken = ce_take_global_executor { job in
                HandedOver.count.add(1, ordering: .relaxed)
                let job = HandedOver(job: job)
                HandedOver.queue.async { ce_run(job.job) }
            }
            guard isTaken, !ce_take_global_executor({ _ in }) else { exit(1) }
            let sum = await Task.detached {
                var sum = 0
                for number in 1...1000 { sum += await number.itself() }
                return sum
            }.value
            exit(sum == 500_500 && HandedOver.count.load(ordering: .relaxed) < 100 ? 0 : 2)
        }
    }
}

/// Unchecked: the runtime's, which runs it once.
private struct HandedOver: @unchecked Sendable {
    static let count = Atomic(0)
    static let queue = DispatchQueue(label: "tasks")

    let job: UnsafeMutableRawPointer?
}

extension Int {
    @concurrent fileprivate func itself() async -> Int { self }
}
