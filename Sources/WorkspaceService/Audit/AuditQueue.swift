import Foundation
import Logging

/// Carries audit entries to auth: each change writes its entry in its own transaction, so that none is lost
/// with a crash, and this loop hands them on in order, at least once.
struct AuditQueue: Sendable {
    let store: AuditStore
    let logger: Logger
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(store: AuditStore, logger: Logger) {
        self.store = store
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There is something new. Never waits.
    func wake() {
        signal.yield()
    }

    /// Until cancelled. `deliver` throws when auth has not taken the entry: it is tried again later.
    func run(_ deliver: @escaping @Sendable (AuditEntry) async throws -> Void) async {
        await withTaskGroup { group in
            group.addTask { [signal] in  // entries left by a crash, or by another process of this service
                while !Task.isCancelled {
                    signal.yield()
                    try? await Task.sleep(for: AuditQueue.interval)
                }
            }
            for await _ in signals {
                if Task.isCancelled { break }
                do {
                    try await drain(deliver)
                } catch is CancellationError {
                    break
                } catch {
                    logger.warning("audit entries wait", metadata: ["failure": "\(error)"])
                }
            }
            group.cancelAll()
        }
    }

    private static let interval = Duration.seconds(5)
    private static let batchEntriesMax = 100

    func drain(_ deliver: (AuditEntry) async throws -> Void) async throws {
        while true {
            let entries = try await store.oldest(atMost: AuditQueue.batchEntriesMax)
            for entry in entries {
                try await deliver(entry)
                try await store.delete(entry)
            }
            if entries.count < AuditQueue.batchEntriesMax { return }
        }
    }
}
