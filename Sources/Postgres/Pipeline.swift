internal import CLibPQ
internal import Logging
internal import Synchronization

/// The connections in pipeline mode, and whose turn it is with them: their own thread's, which waits for what the
/// database says, or a task's, which takes along all that was submitted. A task that submits wakes no thread that would
/// send for it: on few processors that costs more than sending.
final class Pipeline: Sendable {
    private let inbox: PipelineInbox
    private let loop: Mutex<PipelineLoop>
    private let epoll: Int32

    private static let eventsMax = 64

    init(config: DatabaseConfig, canceller: Canceller, logger: Logger, first: PipelineInbox.Handover) {
        inbox = PipelineInbox(waitingMax: config.waitingMax)
        inbox.post(.connected(lane: 0, first))
        let loop = PipelineLoop(inbox: inbox, config: config, canceller: canceller, logger: logger)
        epoll = loop.epoll
        self.loop = Mutex(loop)
    }

    /// `nil` when it was taken; else why it was not.
    func submit(_ submission: PipelineInbox.Submission) -> PostgresError? {
        let (refusal, wantsTurn) = inbox.submit(submission)
        if wantsTurn { turnSoon() }
        return refusal
    }

    func cancel(_ ticket: PipelineInbox.Ticket) {
        inbox.cancel(ticket)
    }

    /// Takes nothing more; what was taken is still answered.
    func stop() {
        inbox.stop()
    }

    /// When the tasks that can go on now have done so: what they submit goes at the same time.
    private func turnSoon() {
        Task.detached { [self] in
            if let wantsAnother = loop.withLockIfAvailable({ $0.turn() }) {
                if wantsAnother { turnSoon() }
            } else {
                // The thread has it, and looks once more.
                inbox.wake()
            }
        }
    }

    /// For the thread: until the inbox is stopped and all is answered.
    func run() {
        var events = [UInt64](repeating: 0, count: Pipeline.eventsMax)
        loop.withLock { $0.connectAll() }
        while let timeout = loop.withLock({ $0.sleep() }) {
            let count = Int(hl_epoll_wait(epoll, &events, Int32(Pipeline.eventsMax), timeout))
            let wantsAnother = loop.withLock { [events] in $0.turn(after: events.prefix(max(0, count))) }
            if wantsAnother { turnSoon() }
        }
        loop.withLock { $0.end() }
    }
}
