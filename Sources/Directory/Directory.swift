import Dispatch
import Foundation
import Synchronization

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

    private let queue = OperationQueue()
    private let pending = Mutex(0)

    public init() {
        queue.name = "halley.directory"
        queue.maxConcurrentOperationCount = Self.atOnce
    }

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

    private static func isUsable(_ text: String, _ bytesMax: Int) -> Bool {
        (1...bytesMax).contains(text.utf8.count) && !text.utf8.contains(0)
    }

    private func run<T: Sendable>(
        _ work: @escaping @Sendable (Date) throws(DirectoryError) -> T
    ) async throws(DirectoryError) -> T {
        let entered = pending.withLock { pending in
            guard pending < Self.atOnce + Self.waitingMax else { return false }
            pending += 1
            return true
        }
        guard entered else { throw .busy }
        let until = Date().addingTimeInterval(Self.secondsMax)
        let result: Result<T, DirectoryError> = await withCheckedContinuation { continuation in
            let once = Once(continuation)
            // Resolving a name has a patience of its own, which nobody can shorten.
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.secondsMax) { once.end(.failure(.timedOut)) }
            queue.addOperation {
                guard Date() < until else { return self.leave() }
                let answer = Result { () throws(DirectoryError) in
                    try withoutPipeSignal { () throws(DirectoryError) in try work(until) }
                }
                once.end(answer)
                self.leave()
            }
        }
        return try result.get()
    }

    private func leave() {
        pending.withLock { $0 -= 1 }
    }
}

/// An answer that is given by whoever is first.
private final class Once<T: Sendable>: Sendable {
    typealias Continuation = CheckedContinuation<Result<T, DirectoryError>, Never>

    private let continuation: Mutex<Continuation?>

    init(_ continuation: Continuation) {
        self.continuation = Mutex(continuation)
    }

    func end(_ result: Result<T, DirectoryError>) {
        let waiting = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        waiting?.resume(returning: result)
    }
}
