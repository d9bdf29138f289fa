import Foundation
import Model
import Synchronization

/// When keys and sessions were last used, kept until the next batch: no request waits for such a row, and a key used
/// two thousand times a second is written once in a while.
final class LastUse: Sendable {
    /// Used between two batches; what comes beyond goes unrecorded until the next one.
    static let marksMax = 50_000
    static let interval: Duration = .seconds(30)

    struct Mark: Sendable {
        let credential: ID<Credential>
        let at: Date
        let address: String
        let client: String
    }

    private let marks = Mutex<[ID<Credential>: Mark]>([:])

    func mark(_ credential: ID<Credential>, address: String, client: String) {
        let mark = Mark(
            credential: credential, at: Date(), address: address.plain(100), client: client.plain(200))
        marks.withLock { marks in
            if marks.count < Self.marksMax || marks[credential] != nil { marks[credential] = mark }
        }
    }

    /// Hands over what came since the last time, in the order of the ids.
    func take() -> [Mark] {
        let taken = marks.withLock { marks in
            let all = marks
            marks = [:]
            return all
        }
        return taken.values.sorted { $0.credential.text < $1.credential.text }
    }
}
