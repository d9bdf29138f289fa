internal import CLibPQ
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

    init(_ submission: PipelineInbox.Submission, waitsUntil: ContinuousClock.Instant) {
        self.submission = submission
        self.waitsUntil = waitsUntil
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
}

/// One connection in pipeline mode, and what was sent on it and is not answered.
///
/// Per call: where needed a `Parse` of the first statement with a Sync of its own (so that a failing call
/// does not take the preparation with it), then `set_config`, the statements (each after its `Parse`, where
/// needed: it may be about what the one before it created), and one Sync, which commits them together.
final class Lane {
    enum Slot {
        /// Its failure is the call's; the cache forgets the name.
        case prepare(Pending, StatementCache.Name, [UInt8])
        /// An answer that says nothing: `set_config`, DEALLOCATE.
        case aside(Pending)
        case statement(Pending)
        /// The Sync after a Parse.
        case preparedSync
        /// The Sync that commits the call.
        case sync(Pending)
    }

    enum Health {
        case connecting
        case up(Link)
    }

    let index: Int
    private(set) var health = Health.connecting
    var failures = 0
    /// Cancel requests that may still reach the connection.
    var cancelsUnderWay = 0
    private(set) var depth = 0
    private(set) var hasUnsent = false
    private(set) var wantsWrite = false
    /// The call that a cancel request is out for.
    var cancelling: Pending?
    private var slots = Ring<Slot>()
    /// Ends of results in a row: more than libpq ever sends mean that we lost count of each other.
    private var endsInRow = 0

    init(index: Int) {
        self.index = index
    }

    var link: Link? {
        if case .up(let link) = health { link } else { nil }
    }

    /// The call whose answer comes next.
    var head: Pending? {
        for slot in slots.all {
            switch slot {
            case .prepare(let pending, _, _), .aside(let pending), .statement(let pending), .sync(let pending):
                return pending
            case .preparedSync: continue
            }
        }
        return nil
    }

    func begin(_ link: Link) {
        health = .up(link)
        failures = 0
        (cancelsUnderWay, cancelling, endsInRow) = (0, nil, 0)
        (wantsWrite, hasUnsent) = (false, false)
    }

    /// Forgets the connection; answers the calls that were under way.
    func lose() -> [Pending] {
        health = .connecting
        defer { (slots, depth) = (Ring(), 0) }
        return slots.all.compactMap { if case .sync(let pending) = $0 { pending } else { nil } }
    }

    /// Every call that was sent and not answered.
    func eachUnderWay(_ body: (Pending) -> Void) {
        for case .sync(let pending) in slots.all { body(pending) }
    }

    /// Whether all of it could be queued; if not, the connection is of no more use.
    func send(_ pending: Pending, on link: Link) -> Bool {
        pending.mayBeHit = cancelsUnderWay > 0
        let statements = pending.submission.statements
        guard let first = statements.first, let firstName = prepare(first.text, pending, link, apart: true) else {
            return false
        }
        let setting = pending.submission.tenants.setting
        if !setting.isEmpty {
            guard execute(Link.setTenants, SQL.values(setting), link) else { return false }
            slots.append(.aside(pending))
        }
        guard execute(firstName.bytes, first.binds, link) else { return false }
        slots.append(.statement(pending))
        for statement in statements.dropFirst() {
            guard let name = prepare(statement.text, pending, link, apart: false),
                execute(name.bytes, statement.binds, link)
            else { return false }
            slots.append(.statement(pending))
        }
        guard PQpipelineSync(link.connection) == 1 else { return false }
        slots.append(.sync(pending))
        depth += 1
        hasUnsent = true
        return true
    }

    private func prepare(
        _ text: [UInt8], _ pending: Pending, _ link: Link, apart: Bool
    ) -> StatementCache.Name? {
        if pending.preparesAfresh { link.statements.forget(text) }
        let (name, isNew) = link.statements.name(of: text)
        guard isNew else { return name }
        if let evicted = link.statements.takeEvicted() {
            let deallocate = Array("DEALLOCATE \(evicted.text)".utf8CString)
            guard PQsendQueryParams(link.connection, deallocate, 0, nil, nil, nil, nil, 1) == 1 else { return nil }
            slots.append(.aside(pending))
        }
        let (rendered, types) = SQL.rendered(text)
        let count = Int32(truncatingIfNeeded: types.count)
        guard PQsendPrepare(link.connection, name.bytes, rendered, count, types) == 1 else { return nil }
        slots.append(.prepare(pending, name, text))
        guard apart else { return name }
        guard PQpipelineSync(link.connection) == 1 else { return nil }
        slots.append(.preparedSync)
        return name
    }

    private func execute(_ name: [CChar], _ binds: BindWriter, _ link: Link) -> Bool {
        binds.withParameters { count, values, lengths, formats in
            PQsendQueryPrepared(link.connection, name, count, values, lengths, formats, 1) == 1
        }
    }

    /// Sends what libpq has buffered. Answers whether to wait for the socket to be writable, if that changed.
    func flush(_ link: Link) -> (ok: Bool, waitChanged: Bool) {
        hasUnsent = false
        let outcome = PQflush(link.connection)
        let changed = wantsWrite != (outcome == 1)
        wantsWrite = outcome == 1
        return (outcome >= 0, changed)
    }

    /// Reads what has come, and hands over each call that is answered. False when the connection is lost.
    func receive(_ link: Link, _ done: (Pending) -> Void) -> Bool {
        guard PQconsumeInput(link.connection) == 1 else { return false }
        while let slot = slots.first, PQisBusy(link.connection) == 0 {
            let result = PQgetResult(link.connection)
            endsInRow = result == nil ? endsInRow + 1 : 0
            guard endsInRow < 4, step(slot, result, link, done) else { return false }
        }
        return !link.isBroken
    }

    /// Takes one result; `nil` ends the results of a statement. A Sync has no end of its own, but an
    /// error while it commits (a deferred constraint) comes with one.
    private func step(_ slot: Slot, _ result: OpaquePointer?, _ link: Link, _ done: (Pending) -> Void) -> Bool {
        guard let result else {
            switch slot {
            case .sync, .preparedSync: break
            case .prepare, .aside, .statement: slots.removeFirst()
            }
            return true
        }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            slots.removeFirst()
            switch slot {
            case .sync(let pending):
                depth -= 1
                done(pending)
            case .preparedSync: break
            case .prepare, .aside, .statement: return false
            }
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            let answer = Answer(result)
            if case .statement(let pending) = slot { pending.answers.append(answer) }
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            if case .prepare(_, let name, let text) = slot { link.statements.forget(text, named: name.number) }
        case PGRES_FATAL_ERROR:
            let error = PostgresError(result: result)
            PQclear(result)
            note(error, slot, link)
        default:
            // COPY: libpq refuses to leave it in pipeline mode.
            PQclear(result)
            note(PostgresError(sqlState: "0A000", message: "COPY is not spoken here"), slot, link)
            return false
        }
        return true
    }

    private func note(_ error: PostgresError, _ slot: Slot, _ link: Link) {
        switch slot {
        case .prepare(let pending, let name, let text):
            link.statements.forget(text, named: name.number)
            pending.fail(error)
        case .aside(let pending), .statement(let pending), .sync(let pending):
            pending.fail(error)
        case .preparedSync: break
        }
    }
}
