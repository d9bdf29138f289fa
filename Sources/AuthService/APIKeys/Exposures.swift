import AuthClient
import Foundation
import Model
import Sealing
import Synchronization

/// A key in what somebody logged.
struct Exposure: Sendable {
    let key: KeyText
    /// Who logged it, which need not be its owner.
    let actor: AuditEvent.Actor
    /// Method and template of the route.
    let what: String
}

/// Keys that were logged, on their way into the log and so to their owners: each key once in an hour, since a script
/// that prints its key often prints it in each step.
final class Exposures: Sendable {
    static let action = "key.expose"
    private static let pause: Duration = .seconds(3600)
    private static let rememberedMax = 10_000

    private let keys: APIKeys
    private let audit: AuditStore
    private let now: @Sendable () -> ContinuousClock.Instant
    private let told = Mutex<[String: ContinuousClock.Instant]>([:])

    init(
        keys: APIKeys, audit: AuditStore, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.keys = keys
        self.audit = audit
        self.now = now
    }

    /// Tells of those that are keys, alive or dead. Throws `.forbidden` for anybody but the gateway, who saw them.
    func record(_ exposures: [Exposure], from peer: String) async throws {
        guard peer == "gateway" else { throw Failure(.forbidden, "Only the gateway tells of keys that were logged.") }
        for exposure in exposures {
            guard let lock = try await keys.known(exposure.key), isFirst(exposure.key.id),
                let (key, owner) = try await keys.store.key(lock.id)
            else { continue }
            try await audit.append(
                AuditEvent(
                    exposure.actor, Self.action, on: lock.id.text,
                    detail: ["name": key.name, "owner": owner.text, "where": exposure.what]))
        }
    }

    private func isFirst(_ id: String) -> Bool {
        let now = now()
        return told.withLock { told in
            if let last = told[id], now - last < Self.pause { return false }
            if told.count >= Self.rememberedMax { told = told.filter { now - $0.value < Self.pause } }
            guard told.count < Self.rememberedMax else { return false }
            told[id] = now
            return true
        }
    }
}
