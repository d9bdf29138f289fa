import Foundation
import Offload
import Synchronization

/// Hashes passwords beside the cooperative pool, few at a time: each takes 46 MiB and a core for about 50 ms. Whoever
/// signs in can wait for a moment; whoever logs points should not, so hashing gets the processors last.
public final class PasswordHasher: Sendable {
    /// Half of the machine at most: the other half is left to those who log.
    public static let atOnce = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
    public static let waitingMax = 64
    /// A tenth of a busy processor.
    private static let niceness: Int32 = 10

    public let cost: PasswordHash.Cost
    /// A hash of a password nobody knows. Checking against it costs what checking a real one costs.
    public let decoy: PasswordHash
    let threads: ComputeThreads
    private let digester: Digester
    private let pending = Mutex(0)

    public init(cost: PasswordHash.Cost = .standard, digester: Digester = .inPlace) throws(SealingError) {
        self.cost = cost
        self.digester = digester
        decoy = try PasswordHash(of: Secret.random().bytes.map { String($0) }.joined(), cost: cost)
        threads = ComputeThreads(name: "passwords", count: Self.atOnce, niceness: Self.niceness)
    }

    /// Throws `.busy` when `waitingMax` are waiting already, `.cancelled` when the task is cancelled before its turn.
    public func hash(_ password: String) async throws(SealingError) -> PasswordHash {
        let (cost, digester) = (cost, digester)
        return try await beside { () throws(SealingError) in
            try PasswordHash(of: password, cost: cost, by: digester)
        }
    }

    /// Whether `password` is the one. Without a hash, as for an account that does not exist, it takes the same
    /// time and is `false`. Throws `.busy` like `hash`.
    public func verify(_ password: String, against hash: PasswordHash?) async throws(SealingError) -> Bool {
        let (compared, digester) = (hash ?? decoy, digester)
        return try await beside { () throws(SealingError) in compared.matches(password, by: digester) } && hash != nil
    }

    private func beside<T: Sendable>(
        _ work: @escaping @Sendable () throws(SealingError) -> T
    ) async throws(SealingError) -> T {
        try enter()
        let turn = Turn<T>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                turn.wait(continuation)
                threads.run { [self] in
                    guard turn.begin() else { return }
                    let result = Result { () throws(SealingError) in try work() }
                    leave()
                    turn.end(result)
                }
            }
        } onCancel: {
            // Whoever gave up or hung up is not hashed for: others wait, and a stop would.
            if turn.giveUp() { leave() }
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

    private func leave() {
        pending.withLock { $0 -= 1 }
    }
}
