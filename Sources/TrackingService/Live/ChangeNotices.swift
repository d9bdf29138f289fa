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
            try await store.notify(Self.encode(changes, from: hub.origin))
        } catch {
            logger.warning("telling other processes of changes failed", metadata: ["error": "\(error)"])
        }
    }

    func hear(_ notice: String) {
        // What this process has sent comes back to it.
        guard !notice.hasPrefix(hub.origin.text) else { return }
        for (experiment, change) in Self.decode(notice) { hub.deliver(change, of: experiment) }
    }

    /// As few notices as hold them all. Of each the origin, then the experiments, each after a group separator, with
    /// what changed: for each kind a record of the kind and the names, between unit separators. The names are left out
    /// where they would be too long or hold a group separator: then all may have changed.
    static func encode(_ changes: [UUID: ChangeHub.Change], from origin: UUID) -> [String] {
        var notices: [String] = []
        var notice = ""
        for (experiment, change) in changes {
            let entry = "\u{1d}" + encode(experiment, change)
            if notice.isEmpty || notice.utf8.count + entry.utf8.count > noticeBytesMax {
                if !notice.isEmpty { notices.append(notice) }
                notice = origin.text
            }
            notice += entry
        }
        return notice.isEmpty ? [] : notices + [notice]
    }

    private static func encode(_ experiment: UUID, _ change: ChangeHub.Change) -> String {
        let full = change.names.map { what, names in
            ([what.rawValue] + names.sorted()).joined(separator: "\u{1f}")
        }
        let text = ([experiment.text] + full).joined(separator: "\u{1e}")
        if text.utf8.count <= noticeBytesMax - 64, !text.utf8.contains(0x1d) { return text }
        return ([experiment.text] + change.names.keys.map(\.rawValue)).joined(separator: "\u{1e}")
    }

    /// What is no such notice, or no such entry of it, is passed over.
    static func decode(_ notice: String) -> [UUID: ChangeHub.Change] {
        var changes: [UUID: ChangeHub.Change] = [:]
        for entry in notice.split(separator: "\u{1d}").dropFirst() {
            let records = entry.split(separator: "\u{1e}")
            guard let experiment = records.first.flatMap({ UUID(uuidString: String($0)) }) else { continue }
            var change = ChangeHub.Change()
            for record in records.dropFirst() {
                let parts = record.split(separator: "\u{1f}").map(String.init)
                guard let what = parts.first.flatMap(ChangeHub.What.init(rawValue:)) else { continue }
                change.names[what] = Set(parts.dropFirst())
            }
            changes[experiment] = change
        }
        return changes
    }
}
