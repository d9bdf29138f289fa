import Foundation
import Model

/// Where an experiment lives. People and clients name it by its key, the tables by its id.
struct ExperimentPlace: Hashable, Sendable {
    let workspace: ID<Workspace>
    let project: ID<Project>
    let id: ID<Experiment>
    let key: String

    var scope: Scope { .project(project, in: workspace) }
}

/// Experiment keys are made by the clients: a UUID's or a SHA-1's hexadecimal digits, or whatever a person chose.
enum ExperimentKey {
    static let lengths = 32...50

    /// Throws `.invalid` unless `key` is 32 to 50 ASCII letters and digits.
    static func check(_ key: String) throws(Failure) {
        let fits = lengths.contains(key.utf8.count) && key.utf8.allSatisfy(isLetterOrDigit)
        guard fits else {
            throw Failure(
                .invalid, "An experiment key is 32 to 50 letters and digits.", reason: "experiment_key_invalid")
        }
    }

    /// For clients that leave the choice to the server.
    static func fresh() -> String {
        UUID.version7().uuidString.lowercased().filter { $0 != "-" }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension Failure {
    /// For what is not there and for what the caller may not see.
    static var experimentUnknown: Failure {
        Failure(.notFound, "There is no such experiment, or you may not see it.", reason: "experiment_unknown")
    }

    static var experimentExists: Failure {
        Failure(.conflict, "There is an experiment with this key already.", reason: "experiment_exists")
    }
}
