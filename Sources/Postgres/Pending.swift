internal import Synchronization

/// A call on its way through the loop.
final class Pending {
    let submission: PipelineInbox.Submission
    /// When it gives up waiting for a connection.
    let waitsUntil: ContinuousClock.Instant
    var answers: [Answer] = []
    var error: PostgresError?
    /// A cancel request meant for another call on the same connection may have hit it.
    var mayBeHit = false
    var repeats = 0
    /// The server did not know one of its statements: it trusts no name and prepares them itself.
    var preparesAfresh = false
    /// May be committed together with others; not any more when that has failed once.
    private(set) var isJoint: Bool

    init(_ submission: PipelineInbox.Submission, waitsUntil: ContinuousClock.Instant) {
        self.submission = submission
        self.waitsUntil = waitsUntil
        isJoint = submission.commit == .joint
        answers.reserveCapacity(submission.statements.count)
    }

    var isCancelled: Bool { submission.ticket.isCancelled.load(ordering: .relaxed) }

    func end(_ outcome: Result<[Answer], any Error>) {
        submission.ticket.isDone.store(true, ordering: .relaxed)
        submission.continuation.resume(with: outcome)
    }

    /// Keeps the first error: the ones after it only say that the transaction is aborted.
    func fail(_ error: PostgresError) {
        if self.error == nil { self.error = error }
    }

    /// Ready to be sent once more; only after an error that rolled it back.
    func reset() {
        answers.removeAll(keepingCapacity: true)
        error = nil
        mayBeHit = false
        repeats += 1
    }

    /// It was rolled back together with others, whoever of them was the reason: ready to be sent by itself.
    func leaveConvoy() {
        reset()
        repeats = 0
        isJoint = false
    }
}
