import Synchronization

/// Tries to be given back that could not be at once: whoever made them hung up, or the database was away.
final class OwedTries: Sendable {
    /// What comes beyond is lost to who made it, until their next success.
    static let countMax = 10_000

    private let tries = Mutex<[Try]>([])

    func note(_ attempt: Try) {
        tries.withLock { tries in
            if tries.count < Self.countMax { tries.append(attempt) }
        }
    }

    func take() -> [Try] {
        tries.withLock { tries in
            defer { tries = [] }
            return tries
        }
    }
}
