import Foundation
import Model

/// The honest state of experiments: what they report, and what their silence says.
struct Statuses: Sendable {
    let store: StatusStore
    let locator: ExperimentLocator
    let changes: ChangeHub

    /// Answers whether somebody waits for a call into the script.
    func report(_ report: StatusReport, of key: String, as access: Access) async throws -> Bool {
        let place = try await locator.locate(key, .log, as: access).place
        let outcome = try await store.apply(report.cut, to: place)
        guard let outcome else {
            locator.forget([key])
            throw Failure.experimentUnknown
        }
        if outcome.stateChanged { changes.publish(place, .state) }
        return outcome.callsWait
    }

    /// Sets what is given. An end does not end a run that is still running.
    func setTimes(_ key: String, started: Date?, ended: Date?, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        try await store.setTimes(place, started: started, ended: ended)
        changes.publish(place, .state)
    }
}

extension StatusReport {
    fileprivate var cut: StatusReport {
        switch self {
        case .crash(let text): .crash(Self.cut(text))
        case .error(let text): .error(Self.cut(text))
        default: self
        }
    }

    private static func cut(_ text: String) -> String {
        let clean = text.utf8.contains(0) ? text.replacing("\0", with: "\u{fffd}") : text
        guard clean.utf8.count > errorBytesMax else { return clean }
        return String(decoding: clean.utf8.suffix(errorBytesMax), as: UTF8.self)
    }
}
