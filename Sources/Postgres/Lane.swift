internal import CLibPQ

/// One connection in pipeline mode, and what was sent on it and is not answered.
///
/// Per call: where needed a `Parse` of the first statement with a Sync of its own (so that a failing call
/// does not take the preparation with it), then `set_config`, the statements (each after its `Parse`, where
/// needed: it may be about what the one before it created), and one Sync, which commits them together. Joint calls
/// (`Commit.joint`) stand one after the other before one Sync; what each may see is set anew before it.
final class Lane {
    enum Slot {
        /// Its failure is the call's; the cache forgets the name.
        case prepare(Pending, StatementCache.Name, [UInt8])
        /// An answer that says nothing: `set_config`, DEALLOCATE.
        case aside(Pending)
        case statement(Pending)
        /// The Sync after a Parse.
        case preparedSync
        /// The Sync that commits these calls.
        case sync([Pending])
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
    /// Syncs of joint calls that are not answered.
    private(set) var convoys = 0
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
            case .prepare(let pending, _, _), .aside(let pending), .statement(let pending): return pending
            case .sync(let calls): return calls.first
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
        defer { (slots, depth, convoys) = (Ring(), 0, 0) }
        return slots.all.flatMap { slot -> [Pending] in if case .sync(let calls) = slot { calls } else { [] } }
    }

    /// Every call that was sent and not answered.
    func eachUnderWay(_ body: (Pending) -> Void) {
        for case .sync(let calls) in slots.all { calls.forEach(body) }
    }

    /// Whether all of it could be queued; if not, the connection is of no more use. Of several calls, every statement
    /// must be prepared (`isPrepared`): a preparation has a Sync of its own, which would commit what stands before it.
    func send(_ calls: [Pending], on link: Link) -> Bool {
        var visible = ""
        for call in calls {
            call.mayBeHit = cancelsUnderWay > 0
            guard send(call, visible: &visible, on: link) else { return false }
        }
        guard PQpipelineSync(link.connection) == 1 else { return false }
        slots.append(.sync(calls))
        depth += calls.count
        if calls.first?.isJoint == true { convoys += 1 }
        hasUnsent = true
        return true
    }

    /// - Parameter visible: what the transaction sees; set only where this call sees something else.
    private func send(_ call: Pending, visible: inout String, on link: Link) -> Bool {
        let statements = call.submission.statements
        guard let first = statements.first, let firstName = prepare(first.text, call, link, apart: true) else {
            return false
        }
        let setting = call.submission.tenants.setting
        if setting != visible {
            guard execute(Link.setTenants, SQL.values(setting), link) else { return false }
            slots.append(.aside(call))
            visible = setting
        }
        guard execute(firstName.bytes, first.binds, link) else { return false }
        slots.append(.statement(call))
        for statement in statements.dropFirst() {
            guard let name = prepare(statement.text, call, link, apart: false),
                execute(name.bytes, statement.binds, link)
            else { return false }
            slots.append(.statement(call))
        }
        return true
    }

    /// Whether the call can be sent without preparing anything.
    func isPrepared(_ call: Pending, on link: Link) -> Bool {
        !call.preparesAfresh && call.submission.statements.allSatisfy { link.statements.knows($0.text) }
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

    /// Reads what has come, and hands over calls that are answered, together those that were committed together.
    /// False when the connection is lost.
    func receive(_ link: Link, _ done: ([Pending]) -> Void) -> Bool {
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
    private func step(_ slot: Slot, _ result: OpaquePointer?, _ link: Link, _ done: ([Pending]) -> Void) -> Bool {
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
            case .sync(let calls):
                depth -= calls.count
                if calls.first?.isJoint == true { convoys -= 1 }
                done(calls)
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
        case .aside(let pending), .statement(let pending): pending.fail(error)
        case .sync(let calls): calls.forEach { $0.fail(error) }
        case .preparedSync: break
        }
    }
}
