internal import CLibPQ
internal import Synchronization

/// How calls end.
extension PipelineLoop {
    func finish(_ calls: [Pending]) {
        guard calls.count > 1, calls.contains(where: { $0.error != nil }) else {
            for call in calls { finish(call) }
            return
        }
        for call in calls.reversed() {
            if call.isCancelled {
                call.end(.failure(CancellationError()))
            } else {
                call.leaveConvoy()
                sendAgain(call)
            }
        }
    }

    private func sendAgain(_ call: Pending) {
        inbox.waiting.add(1, ordering: .relaxed)
        waiting.prepend(call)
    }

    private func finish(_ pending: Pending) {
        guard let error = pending.error else {
            pending.end(.success(pending.answers))
            return
        }
        if error.sqlState == "57014", pending.isCancelled {
            pending.end(.failure(CancellationError()))
            return
        }
        // The server said that it was rolled back: it may run again.
        let wasBystander = error.sqlState == "57014" && pending.mayBeHit
        guard pending.repeats < PipelineLoop.repeatsMax, wasBystander || (error.isStalePlan && pending.repeats == 0)
        else {
            pending.end(.failure(error))
            return
        }
        pending.preparesAfresh = error.isStalePlan
        pending.reset()
        sendAgain(pending)
    }

    func fail(_ calls: [Pending], _ error: PostgresError) {
        for call in calls { call.end(.failure(call.error ?? error)) }
    }

    func dropCancelled() {
        let gone = waiting.removeAll(where: \.isCancelled)
        guard !gone.isEmpty else { return }
        inbox.waiting.subtract(gone.count, ordering: .relaxed)
        for call in gone { call.end(.failure(CancellationError())) }
    }

    /// Only the call at the front runs on the server; the others are cancelled when they get there.
    func cancelHead(of lane: Lane) {
        guard let link = lane.link, let head = lane.head, head.isCancelled, lane.cancelling !== head else { return }
        lane.cancelling = head
        lane.cancelsUnderWay += 1
        lane.eachUnderWay { $0.mayBeHit = true }
        let (inbox, index, ticket) = (inbox, lane.index, head.submission.ticket)
        canceller.cancel(link.cancel) {
            !ticket.isDone.load(ordering: .relaxed)
        } ended: {
            inbox.post(.cancelEnded(lane: index))
        }
    }
}
