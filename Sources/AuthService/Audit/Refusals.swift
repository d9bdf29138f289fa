import Foundation
import Model
import Synchronization

/// What was refused to somebody who was known.
struct Refusal: Sendable {
    let actor: AuditEvent.Actor
    /// Method and template of the route.
    let what: String
    let reason: String
    /// Equal ones, this included.
    let count: Int
}

/// Refusals, on their way into the log: of each principal a few in a minute as rows of their own, and how many there
/// were beyond that. Nobody can fill the log by asking for what is not theirs.
final class Refusals: Sendable {
    static let rowsPerMinuteMax = 20
    static let action = "access.refused"
    private static let minute: Duration = .seconds(60)

    private struct Window {
        var since: ContinuousClock.Instant
        var rows = 0
        var beyond = 0
        var actor: AuditEvent.Actor
    }

    private let store: AuditStore
    private let now: @Sendable () -> ContinuousClock.Instant
    private let windows = Mutex<[UUID: Window]>([:])

    init(store: AuditStore, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.store = store
        self.now = now
    }

    /// Throws `.forbidden` for anybody but the gateway, which has seen who asked.
    func record(_ refusals: [Refusal], from peer: String) async throws {
        guard peer == "gateway" else { throw Failure(.forbidden, "Only the gateway tells of refusals.") }
        try await flush()
        for refusal in refusals where takesRow(refusal) {
            let detail = ["reason": refusal.reason, "times": "\(refusal.count)"]
            try await store.append(
                AuditEvent(
                    refusal.actor, Self.action, on: refusal.what, outcome: .refused,
                    address: refusal.actor.origin.address, detail: detail))
        }
    }

    /// Writes what went beyond in minutes that are over.
    func flush() async throws {
        let now = now()
        let over = windows.withLock { windows in
            let over = windows.values.filter { now - $0.since >= Self.minute }
            windows = windows.filter { now - $0.value.since < Self.minute }
            return over
        }
        for window in over where window.beyond > 0 {
            let detail = ["times": "\(window.beyond)"]
            try await store.append(
                AuditEvent(window.actor, Self.action, on: "more within a minute", outcome: .refused, detail: detail))
        }
    }

    private func takesRow(_ refusal: Refusal) -> Bool {
        let now = now()
        return windows.withLock { windows in
            var window = windows[refusal.actor.id] ?? Window(since: now, actor: refusal.actor)
            defer { windows[refusal.actor.id] = window }
            guard window.rows < Self.rowsPerMinuteMax else {
                window.beyond += refusal.count
                return false
            }
            window.rows += 1
            return true
        }
    }
}
