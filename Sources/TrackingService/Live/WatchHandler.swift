import Foundation
import Model
import Wire
import WireMessages

/// WATCH_EXPERIMENT.
struct WatchHandler: Sendable {
    static let beatEvery = Duration.seconds(15)
    /// Then the watcher asks again, with rights as they are by then.
    static let watchMax = Duration.seconds(600)

    let locator: ExperimentLocator
    let changes: ChangeHub

    func register(in methods: inout Methods) {
        methods.download(TrackingMethod.watchExperiment, .access, watch)
    }

    /// Changes as they are gathered; `beat` every 15 seconds; the end after ten minutes.
    func watch(_ q: WatchExperimentRequest, _ outgoing: Outgoing<Empty>, _ call: Call) async throws {
        let place = try await locator.locate(q.key, .read, as: call.requireAccess()).place
        let stream = try changes.watch(place)
        try outgoing.begin(Empty())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await change in stream { try await Self.send(change, outgoing) }
            }
            group.addTask {
                let end = ContinuousClock.now + Self.watchMax
                while ContinuousClock.now < end {
                    try await Task.sleep(for: Self.beatEvery)
                    try await outgoing.send(message: Self.message("beat", []))
                }
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private static func send(_ change: ChangeHub.Change, _ outgoing: Outgoing<Empty>) async throws {
        for (what, names) in change.names {
            let listed = names.count > ChangeHub.namesMax ? [] : names.sorted()
            try await outgoing.send(message: message(what.rawValue, listed))
        }
    }

    private static func message(_ what: String, _ names: [String]) -> ExperimentChange {
        var message = ExperimentChange()
        (message.what, message.names, message.timeMs) = (what, names, Date().milliseconds)
        return message
    }
}
