internal import CLibPQ
internal import Synchronization

/// The way into the pipeline's loop. Whoever submits the first call of a batch has a turn taken for it; a joint call
/// has none while a convoy is under way, since it is taken when that is answered. Whatever else is put in wakes the
/// thread.
final class PipelineInbox: Sendable {
    /// One call: its statements are one implicit transaction.
    struct Submission: Sendable {
        let statements: [SQL]
        let tenants: Tenants
        let commit: Commit
        let ticket: Ticket
        let continuation: CheckedContinuation<[Answer], any Error>
    }

    /// Names a call, so that it can be cancelled before, while and after it is under way.
    final class Ticket: Sendable {
        let isCancelled = Atomic<Bool>(false)
        let isDone = Atomic<Bool>(false)
    }

    struct Batch: ~Copyable {
        var submissions: [Submission] = []
        var cancelled: [Ticket] = []
        var events: [Event] = []
        var isStopping = false
    }

    enum Event: Sendable {
        case connected(lane: Int, Handover)
        case failed(lane: Int, PostgresError)
        case cancelEnded(lane: Int)
    }

    /// Unchecked: made by the thread that connected, which keeps nothing of it, and taken by the loop.
    struct Handover: @unchecked Sendable {
        let link: Link
    }

    private struct State: ~Copyable {
        var batch = Batch()
        var signalled = Wake.none
        var isConvoyUnderWay = false
        var isStopped = false

        /// Whether the one who asks has to see to it.
        mutating func signal(_ wake: Wake = .now) -> Bool {
            guard wake > signalled else { return false }
            signalled = wake
            return true
        }
    }

    /// What has been done since the loop took the last batch: nothing, a task that will take it, or waking the thread.
    private enum Wake: Comparable { case none, soon, now }

    let descriptor: Int32
    private let waitingMax: Int
    /// Submissions that were put in and have not been sent yet; the loop takes off what it sent.
    let waiting = Atomic<Int>(0)
    private let state = Mutex(State())

    init(waitingMax: Int) {
        self.waitingMax = waitingMax
        descriptor = hl_eventfd()
    }

    deinit {
        hl_close(descriptor)
    }

    /// `nil` when it was taken, else why it was not; and whether somebody has to take a turn for it.
    func submit(_ submission: Submission) -> (refusal: PostgresError?, wantsTurn: Bool) {
        state.withLock { state in
            guard !state.isStopped else { return (.closed, false) }
            guard waiting.load(ordering: .relaxed) < waitingMax else {
                return (PostgresError(sqlState: "53300", message: "too many statements are waiting"), false)
            }
            waiting.add(1, ordering: .relaxed)
            state.batch.submissions.append(submission)
            let isExpected = submission.commit == .joint && state.isConvoyUnderWay
            return (nil, !isExpected && state.signal(.soon))
        }
    }

    func wake() {
        hl_wake(descriptor)
    }

    func cancel(_ ticket: Ticket) {
        ticket.isCancelled.store(true, ordering: .sequentiallyConsistent)
        post { $0.cancelled.append(ticket) }
    }

    func post(_ event: Event) {
        post { $0.events.append(event) }
    }

    /// Takes nothing more; what was taken is still answered.
    func stop() {
        let wakes = state.withLock { state in
            state.isStopped = true
            state.batch.isStopping = true
            return state.signal()
        }
        if wakes { wake() }
    }

    /// For the loop: it comes for joint calls by itself, until it says otherwise while it takes.
    func expectConvoy() {
        state.withLock { $0.isConvoyUnderWay = true }
    }

    /// For the loop: everything since the last time. To be woken again, it has to drain the descriptor before.
    func take(isConvoyUnderWay: Bool) -> Batch {
        state.withLock { state in
            state.isConvoyUnderWay = isConvoyUnderWay
            state.signalled = .none
            var batch = Batch()
            swap(&batch, &state.batch)
            return batch
        }
    }

    private func post(_ change: (inout Batch) -> Void) {
        let wakes = state.withLock { state in
            change(&state.batch)
            return state.signal()
        }
        if wakes { wake() }
    }
}
