import Foundation
import Synchronization

/// Hashes passwords beside the cooperative pool, few at a time: each takes 46 MiB and a core for about 50 ms.
public final class PasswordHasher: Sendable {
    public static let atOnce = 2
    public static let waitingMax = 64

    public let cost: PasswordHash.Cost
    /// A hash of a password nobody knows. Checking against it costs what checking a real one costs.
    public let decoy: PasswordHash
    let queue: OperationQueue
    private let pending = Mutex(0)

    public init(cost: PasswordHash.Cost = .standard) throws(SealingError) {
        self.cost = cost
        decoy = try PasswordHash(of: Secret.random().bytes.map { String($0) }.joined(), cost: cost)
        queue = OperationQueue()
        queue.name = "halley.passwords"
        queue.maxConcurrentOperationCount = Self.atOnce
    }

    /// Throws `.busy` when `waitingMax` are waiting already. Cancelling does not take a password out of the queue.
    public func hash(_ password: String) async throws(SealingError) -> PasswordHash {
        let cost = cost
        return try await beside { () throws(SealingError) in try PasswordHash(of: password, cost: cost) }
    }

    /// Whether `password` is the one. Without a hash, as for an account that does not exist, it takes the same
    /// time and is `false`. Throws `.busy` like `hash`.
    public func verify(_ password: String, against hash: PasswordHash?) async throws(SealingError) -> Bool {
        let compared = hash ?? decoy
        return try await beside { () throws(SealingError) in compared.matches(password) } && hash != nil
    }

    private func beside<T: Sendable>(
        _ work: @escaping @Sendable () throws(SealingError) -> T
    ) async throws(SealingError) -> T {
        try enter()
        let result: Result<T, SealingError> = await withCheckedContinuation { continuation in
            queue.addOperation {
                let result = Result { () throws(SealingError) in try work() }
                self.pending.withLock { $0 -= 1 }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    private func enter() throws(SealingError) {
        let entered = pending.withLock { pending in
            guard pending < Self.atOnce + Self.waitingMax else { return false }
            pending += 1
            return true
        }
        guard entered else { throw .busy }
    }
}
