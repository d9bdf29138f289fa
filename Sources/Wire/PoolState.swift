/// One attempt to hold a connection.
struct PoolStart: Sendable {
    let slot: Int
    let attempt: UInt64
    let address: Address
}

/// Which connections a client has, opens and waits for, without I/O.
struct PoolState<Connection, Waiter> {
    private enum Phase {
        /// Connects when a call needs it.
        case idle
        case connecting(attempt: UInt64)
        case ready(attempt: UInt64, Connection)
        /// After a failed attempt, until the pause is over.
        case resting(attempt: UInt64)
    }

    private struct Slot {
        let address: Address
        var phase = Phase.idle
        var failures = 0
    }

    private var slots: [Slot]
    /// All that live, also those that drain and have left their slot.
    private var live: [UInt64: Connection] = [:]
    private var counter: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
    private(set) var isClosed = false
    private(set) var lastError = ""

    init(addresses: [Address]) {
        slots = addresses.map { Slot(address: $0) }
    }

    mutating func ticket() -> UInt64 {
        counter += 1
        return counter
    }

    /// The ready connection with the least load; equals take turns.
    mutating func pick(_ load: (Connection) -> Int) -> Connection? {
        guard !isClosed else { return nil }
        counter &+= 1
        var best: (load: Int, connection: Connection)?
        for offset in slots.indices {
            let slot = slots[(offset + Int(counter % UInt64(slots.count))) % slots.count]
            guard case .ready(_, let connection) = slot.phase else { continue }
            let load = load(connection)
            if best.map({ load < $0.load }) ?? true { best = (load, connection) }
        }
        return best?.connection
    }

    /// Idle slots begin to connect.
    mutating func begin() -> [PoolStart] {
        guard !isClosed else { return [] }
        return slots.indices.compactMap { index in
            guard case .idle = slots[index].phase else { return nil }
            let attempt = ticket()
            slots[index].phase = .connecting(attempt: attempt)
            return PoolStart(slot: index, attempt: attempt, address: slots[index].address)
        }
    }

    /// The socket is made, the peer not proven yet. `false`: hang up.
    mutating func arrived(_ start: PoolStart, _ connection: Connection) -> Bool {
        guard !isClosed else { return false }
        live[start.attempt] = connection
        return true
    }

    /// Who may go on, and with which connection.
    mutating func ready(_ start: PoolStart) -> [(Waiter, Connection)] {
        guard case .connecting(start.attempt) = slots[start.slot].phase, let connection = live[start.attempt] else {
            return []
        }
        slots[start.slot].phase = .ready(attempt: start.attempt, connection)
        slots[start.slot].failures = 0
        defer { waiters = [:] }
        return waiters.values.map { ($0, connection) }
    }

    /// The server takes no new calls there: another connection takes its place at once.
    mutating func draining(_ start: PoolStart) -> [PoolStart] {
        switch slots[start.slot].phase {
        case .ready(start.attempt, _), .connecting(start.attempt): slots[start.slot].phase = .idle
        default: return []
        }
        return begin()
    }

    /// How long to pause before the next attempt; `nil` when none is needed.
    mutating func closed(_ start: PoolStart, _ why: String) -> Duration? {
        live[start.attempt] = nil
        lastError = why
        switch slots[start.slot].phase {
        case .ready(start.attempt, _), .connecting(start.attempt): break
        default: return nil
        }
        slots[start.slot].failures += 1
        slots[start.slot].phase = .resting(attempt: start.attempt)
        // 10 ms, doubled up to 1.28 s.
        return .milliseconds(10 << min(7, slots[start.slot].failures - 1))
    }

    mutating func rested(_ start: PoolStart) -> [PoolStart] {
        guard case .resting(start.attempt) = slots[start.slot].phase else { return [] }
        slots[start.slot].phase = .idle
        return waiters.isEmpty ? [] : begin()
    }

    mutating func close() -> ([Connection], [Waiter]) {
        isClosed = true
        defer { (live, waiters) = ([:], [:]) }
        return (Array(live.values), Array(waiters.values))
    }
}
