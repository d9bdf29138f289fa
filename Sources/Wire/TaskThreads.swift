import CExecutor
import Foundation
import NIOCore
import NIOPosix

/// Which threads run Swift tasks in this process.
public enum TaskThreads {
    /// Lets the event loops run them, so that a task goes on where its message came in: a hand-over between threads
    /// costs more than most handlers do. Tasks must not block, but they never may.
    ///
    /// There are half as many as processors, since five services share them: fewer threads have more to do each time
    /// they wake up. `NIO_SINGLETON_GROUP_LOOP_COUNT` says otherwise.
    ///
    /// To be called once, before there is any work. Answers false when tasks have other threads already: then all
    /// works, but slower. NIO has such a call, which finds nothing in a program that has Swift's libraries inside.
    public static func shareEventLoops() -> Bool {
        if ProcessInfo.processInfo.environment["NIO_SINGLETON_GROUP_LOOP_COUNT"] == nil {
            NIOSingletons.groupLoopCountSuggestion = max(1, System.coreCount / 2)
        }
        return ce_take_global_executor { job in
            let job = Job(pointer: job)
            // Within a loop of the group, `any` answers that loop.
            MultiThreadedEventLoopGroup.singleton.any().execute { ce_run(job.pointer) }
        }
    }

    /// Unchecked: it is the runtime's, which runs it once, wherever that is.
    private struct Job: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer?
    }
}
