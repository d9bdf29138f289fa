import Foundation
import Offload

/// The one client by which this instance asks directories (LDAP) who people are.
///
/// libldap blocks, so questions have threads of their own, few of them; each ends after five seconds, however the other
/// side behaves. Referrals are not followed, and answers are bounded.
public final class Directory: Sendable {
    public static let atOnce = 4
    public static let waitingMax = 32
    public static let secondsMax = 5.0
    public static let nameBytesMax = 256
    public static let passwordBytesMax = 1024

    private let queue = BlockingQueue(name: "halley.directory", atOnce: atOnce, waitingMax: waitingMax)

    public init() {}

    /// The entry of whoever has this name and this password; see `DirectoryError` for why there is none. What cannot
    /// be somebody's is refused before anything is asked: many directories let a name without a password in.
    /// Cancelling does not stop a question under way.
    public func prove(
        _ name: String, password: String, by question: DirectoryQuestion
    ) async throws(DirectoryError) -> DirectoryEntry {
        guard Self.isUsable(name, Self.nameBytesMax) else { throw .unknownUser }
        guard Self.isUsable(password, Self.passwordBytesMax) else { throw .wrongPassword }
        return try await run { until throws(DirectoryError) in
            try question.answer(name, Array(password.utf8), until: until)
        }
    }

    /// Whether the settings lead somewhere.
    public func tryOut(_ question: DirectoryQuestion) async throws(DirectoryError) {
        try await run { until throws(DirectoryError) in try question.tryOut(until: until) }
    }

    /// Those of `subjects`, at most `DirectoryQuestion.peopleAtOnce` values of `attribute`, who are no longer there, or
    /// no longer among those who may sign in.
    public func absent(
        _ subjects: [String], by attribute: String, _ question: DirectoryQuestion
    ) async throws(DirectoryError) -> [String] {
        try await run { until throws(DirectoryError) in try question.absent(subjects, by: attribute, until: until) }
    }

    private static func isUsable(_ text: String, _ bytesMax: Int) -> Bool {
        (1...bytesMax).contains(text.utf8.count) && !text.utf8.contains(0)
    }

    private func run<T: Sendable>(
        _ work: @escaping @Sendable (Date) throws(DirectoryError) -> T
    ) async throws(DirectoryError) -> T {
        try await queue.run(seconds: Self.secondsMax, busy: .busy, late: .timedOut) { until throws(DirectoryError) in
            try withoutPipeSignal { () throws(DirectoryError) in try work(until) }
        }
    }
}
