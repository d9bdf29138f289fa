internal import CLibPQ
internal import Logging
internal import Synchronization

/// What is done with the connections in pipeline mode. It never blocks.
///
/// Not `Sendable`: `Pipeline` says whose turn it is. Others reach it through the inbox.
final class PipelineLoop {
    let inbox: PipelineInbox
    let config: DatabaseConfig
    let canceller: Canceller
    let logger: Logger
    let epoll = hl_epoll_create()
    let lanes: [Lane]
    var waiting = WaitingCalls()
    private var convoySentAt = ContinuousClock.now
    /// Joint calls come into the inbox without wanting a turn.
    private var expectsConvoy = false
    /// The next convoy waits for what tasks that can go on now will add to it.
    private var gathers = false
    private var wantsTurn = false
    /// The thread sleeps until something comes in, whatever the time.
    private var sleepsDeeply = false
    /// A convoy was sent since the thread last slept its time out.
    private var isBusy = false
    var isStopping = false
    private var stopBy = ContinuousClock.now

    private static let inboxTag = UInt64.max >> 1
    private static let writable = UInt64(1) << 63
    private static let stopWaitMax = Duration.seconds(5)
    static let repeatsMax = 3
    private static let lanesMax = 32
    /// Calls that share a transaction at most.
    private static let convoyMax = 64
    /// While one convoy is under way the next gathers; but one that waits for a lock does not hold up all others.
    private static let convoyPatience = Duration.milliseconds(20)

    init(inbox: PipelineInbox, config: DatabaseConfig, canceller: Canceller, logger: Logger) {
        self.inbox = inbox
        self.config = config
        self.canceller = canceller
        self.logger = logger
        lanes = (0..<min(max(1, config.pipelines), PipelineLoop.lanesMax)).map { Lane(index: $0) }
        _ = hl_epoll_add(epoll, inbox.descriptor, PipelineLoop.inboxTag)
    }

    deinit {
        hl_close(epoll)
    }

    /// The first lane's connection comes through the inbox.
    func connectAll() {
        for lane in lanes.dropFirst() { connect(lane) }
    }

    /// Milliseconds that the thread may sleep, -1 for any number; `nil` when all is over.
    func sleep() -> Int32? {
        guard !isFinished else { return nil }
        let timeout = timeout
        sleepsDeeply = timeout < 0
        return timeout
    }

    /// After the thread has slept: sees to what came in, or to the time. Answers whether to take a turn soon.
    func turn(after events: ArraySlice<UInt64>) -> Bool {
        sleepsDeeply = false
        for tag in events {
            if tag & ~PipelineLoop.writable == PipelineLoop.inboxTag {
                hl_drain(inbox.descriptor)
                gathers = false
                takeIn()
            } else {
                handle(lanes[Int(tag & 0xff)], canWrite: tag & PipelineLoop.writable != 0)
            }
        }
        if events.isEmpty { tick() }
        return goOn()
    }

    /// Takes along what was submitted. Answers whether to take another turn soon.
    func turn() -> Bool {
        gathers = false
        takeIn()
        return goOn()
    }

    /// What was taken and not answered is not answered any more.
    func end() {
        takeIn()
        for lane in lanes { fail(lane.lose(), .closed) }
        fail(waiting.all, .closed)
        waiting = WaitingCalls()
    }

    private func goOn() -> Bool {
        wantsTurn = false
        if expectsConvoy, !hasConvoy, !gathers { gather() }
        dispatch()
        if hasConvoy { expectConvoy() }
        if sleepsDeeply, timeout >= 0 { inbox.wake() }
        return wantsTurn
    }

    private var hasConvoy: Bool { lanes.contains { $0.convoys > 0 } }

    private var isFinished: Bool {
        guard isStopping else { return false }
        return (waiting.isEmpty && lanes.allSatisfy { $0.depth == 0 }) || ContinuousClock.now > stopBy
    }

    /// Milliseconds until something has to be looked at even when nothing comes in.
    private var timeout: Int32 {
        if isStopping || isBusy || expectsConvoy || !waiting.joint.isEmpty { return 20 }
        return waiting.isEmpty ? -1 : 100
    }

    // MARK: What comes in

    private func takeIn() {
        expectsConvoy = hasConvoy
        handle(inbox.take(isConvoyUnderWay: expectsConvoy))
    }

    private func expectConvoy() {
        guard !expectsConvoy else { return }
        expectsConvoy = true
        inbox.expectConvoy()
    }

    /// A convoy is answered: what waits goes when its callers have gone on, and together with what they submit.
    private func gather() {
        takeIn()
        guard !waiting.joint.isEmpty else { return }
        gathers = true
        expectConvoy()
        wantsTurn = true
    }

    private func handle(_ batch: consuming PipelineInbox.Batch) {
        if !batch.submissions.isEmpty {
            let waitsUntil = ContinuousClock.now + config.connectionWaitMax
            for submission in batch.submissions { waiting.append(Pending(submission, waitsUntil: waitsUntil)) }
        }
        for event in batch.events { handle(event) }
        if !batch.cancelled.isEmpty {
            dropCancelled()
            for lane in lanes { cancelHead(of: lane) }
        }
        if batch.isStopping, !isStopping {
            isStopping = true
            stopBy = ContinuousClock.now + PipelineLoop.stopWaitMax
        }
    }

    private func handle(_ event: PipelineInbox.Event) {
        switch event {
        case .connected(let index, let handover):
            begin(lanes[index], handover.link)
        case .failed(let index, let error):
            lanes[index].failures += 1
            if lanes[index].failures == 1 {
                logger.warning("no connection to PostgreSQL", metadata: ["error": "\(error)"])
            }
            connect(lanes[index])
        case .cancelEnded(let index):
            let lane = lanes[index]
            lane.cancelsUnderWay = max(0, lane.cancelsUnderWay - 1)
        }
    }

    private func handle(_ lane: Lane, canWrite: Bool) {
        guard let link = lane.link else { return }
        let before = lane.head
        let isUp = lane.receive(link) { self.finish($0) }
        guard isUp, !canWrite || flush(lane, link) else { return lose(lane) }
        if lane.head !== before { cancelHead(of: lane) }
    }

    private func tick() {
        isBusy = false
        if expectsConvoy {
            gathers = false
            takeIn()
        }
        let now = ContinuousClock.now
        let gone = waiting.removeAll { $0.waitsUntil < now }
        guard !gone.isEmpty else { return }
        inbox.waiting.subtract(gone.count, ordering: .relaxed)
        fail(gone, PostgresError(sqlState: "08001", message: "no connection within \(config.connectionWaitMax)"))
    }

    // MARK: What goes out

    private func dispatch() {
        while !waiting.alone.isEmpty, let lane = leastLoaded(), let link = lane.link {
            guard let call = waiting.takeAlone() else { break }
            send([call], lane, link)
        }
        if mayGather, let lane = leastLoaded(), let link = lane.link { sendConvoy(lane, link) }
        for lane in lanes where lane.hasUnsent {
            if let link = lane.link, !flush(lane, link) { lose(lane) }
        }
    }

    private var mayGather: Bool {
        guard !waiting.joint.isEmpty, !gathers else { return false }
        return !hasConvoy || ContinuousClock.now - convoySentAt >= PipelineLoop.convoyPatience
    }

    /// What is not prepared yet goes by itself.
    private func sendConvoy(_ lane: Lane, _ link: Link) {
        var calls: [Pending] = []
        while calls.count < PipelineLoop.convoyMax, let next = waiting.joint.first {
            let isPrepared = lane.isPrepared(next, on: link)
            guard calls.isEmpty || isPrepared, let call = waiting.takeJoint() else { break }
            calls.append(call)
            guard isPrepared else { break }
        }
        convoySentAt = .now
        isBusy = true
        send(calls, lane, link)
    }

    private func send(_ calls: [Pending], _ lane: Lane, _ link: Link) {
        inbox.waiting.subtract(calls.count, ordering: .relaxed)
        for call in calls where call.isCancelled { call.end(.failure(CancellationError())) }
        let live = calls.filter { !$0.isCancelled }
        guard !live.isEmpty, !lane.send(live, on: link) else { return }
        // Some of it may be in the buffer, none of it was committed: the Sync was not sent.
        for call in live { call.end(.failure(PostgresError(connection: link.connection, sqlState: "08006"))) }
        lose(lane)
    }

    private func leastLoaded() -> Lane? {
        var best: Lane?
        for lane in lanes where lane.link != nil && lane.depth < config.depthMax {
            if best.map({ lane.depth < $0.depth }) ?? true { best = lane }
        }
        return best
    }

    func flush(_ lane: Lane, _ link: Link) -> Bool {
        let (ok, waitChanged) = lane.flush(link)
        if ok, waitChanged {
            _ = hl_epoll_change(epoll, PQsocket(link.connection), UInt64(lane.index), lane.wantsWrite ? 1 : 0)
        }
        return ok
    }
}
