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
    /// To be called once, before there is any work. Answers false where it is not possible: then all works as before.
    @discardableResult
    public static func shareEventLoops() -> Bool {
        if ProcessInfo.processInfo.environment["NIO_SINGLETON_GROUP_LOOP_COUNT"] == nil {
            NIOSingletons.groupLoopCountSuggestion = max(1, System.coreCount / 2)
        }
        return NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }
}
