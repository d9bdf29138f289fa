import Logging
import ServiceLifecycle
import Synchronization

/// What is told to another service, but in no hurry: collected for two seconds, what is alike as one record.
final class DelayedReport<Kind: Hashable & Sendable, Record: Sendable>: Service {
    private let interval: Duration = .seconds(2)
    /// What is missing where nobody could be told of it.
    private let what: String
    private let recordsMax: Int
    private let logger: Logger
    private let send: @Sendable ([Record]) async throws -> Void
    private let records = Mutex<[Kind: Record]>([:])

    /// `recordsMax`: different ones in an interval; what comes beyond is not told.
    init(
        of what: String, recordsMax: Int, logger: Logger, send: @escaping @Sendable ([Record]) async throws -> Void
    ) {
        self.what = what
        self.recordsMax = recordsMax
        self.logger = logger
        self.send = send
    }

    /// `again` is done to the record with each of its kind, the first included.
    func note(_ kind: Kind, _ fresh: @autoclosure () -> Record, again: (inout Record) -> Void = { _ in }) {
        records.withLock { records in
            guard records.count < recordsMax || records[kind] != nil else { return }
            var record = records[kind] ?? fresh()
            again(&record)
            records[kind] = record
        }
    }

    /// Until it is told to stop; then what is there goes out once more.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: interval)) != nil { await flush() }
        }
        await flush()
    }

    private func flush() async {
        let taken = records.withLock { records in
            defer { records = [:] }
            return Array(records.values)
        }
        guard !taken.isEmpty else { return }
        do {
            try await send(taken)
        } catch {
            logger.warning(
                "the audit log misses \(what)", metadata: ["count": "\(taken.count)", "failure": "\(error)"])
        }
    }
}
