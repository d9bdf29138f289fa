import Foundation
import Logging
import Model

/// Carries changes between processes: one statement five times a second at most, and only when something changed.
struct ChangeNotices: Sendable {
    static let pause = Duration.milliseconds(200)
    /// NOTIFY takes less than 8000 bytes.
    static let noticeBytesMax = 7000

    let hub: ChangeHub
    let store: NoticeStore
    let logger: Logger

    /// Until the task is cancelled.
    func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.pause)
                    await send()
                }
            }
            group.addTask {
                for await notice in store.listen() { hear(notice) }
                try Task.checkCancellation()
            }
            try await group.waitForAll()
        }
    }

    /// To the watchers of this process at once, to the others through the database. Lost ones are not sent again.
    func send() async {
        let changes = hub.flush()
        guard !changes.isEmpty else { return }
        do {
            try await store.notify(changes.map { Self.encode(hub.origin, $0.key, $0.value) })
        } catch {
            logger.warning("telling other processes of changes failed", metadata: ["error": "\(error)"])
        }
    }

    func hear(_ notice: String) {
        guard let (origin, experiment, change) = Self.decode(notice), origin != hub.origin else { return }
        hub.deliver(change, of: experiment)
    }

    /// `origin experiment what`, then for each kind a line of the kind and the names, between unit separators. The
    /// names are left out where they would be too long: then all may have changed.
    static func encode(_ origin: UUID, _ experiment: UUID, _ change: ChangeHub.Change) -> String {
        let head = "\(origin.uuidString) \(experiment.uuidString)"
        let full = change.names.map { what, names in
            ([what.rawValue] + names.sorted()).joined(separator: "\u{1f}")
        }
        let text = ([head] + full).joined(separator: "\u{1e}")
        if text.utf8.count <= noticeBytesMax { return text }
        return ([head] + change.names.keys.map(\.rawValue)).joined(separator: "\u{1e}")
    }

    static func decode(_ notice: String) -> (origin: UUID, experiment: UUID, change: ChangeHub.Change)? {
        let records = notice.split(separator: "\u{1e}").map(String.init)
        let ids = (records.first ?? "").split(separator: " ").compactMap { UUID(uuidString: String($0)) }
        guard ids.count == 2 else { return nil }
        var change = ChangeHub.Change()
        for record in records.dropFirst() {
            let parts = record.split(separator: "\u{1f}").map(String.init)
            guard let what = parts.first.flatMap(ChangeHub.What.init(rawValue:)) else { continue }
            change.names[what] = Set(parts.dropFirst())
        }
        return (ids[0], ids[1], change)
    }
}
