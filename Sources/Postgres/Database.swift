internal import CLibPQ
public import Logging

/// One PostgreSQL database, as one role.
///
/// Short statements share connections in pipeline mode: each call is one implicit
/// transaction in one round trip, and is answered after its COMMIT. `transaction` is for what must read
/// before it writes. Cancelling a task ends its statement on the server: a call then throws
/// `CancellationError`, unless it was committed already; then it answers.
///
/// All of it throws `PostgresError`. When the connection is lost, calls under way fail with
/// `isConnectionLoss` (whether they happened is unknown), and new ones wait for the next connection.
public final class Database: Sendable {
    /// The server's version when it was first reached: 150020 is 15.20.
    public let serverVersion: Int
    private let config: DatabaseConfig
    private let pipeline: Pipeline
    private let canceller: Canceller
    private let sessions: SessionPool
    private let listener: Listener

    /// Throws when the server cannot be reached now; later losses are mended.
    public init(_ config: DatabaseConfig, logger: Logger) async throws(PostgresError) {
        let first = try await onThread("pg-connect") { () throws(PostgresError) in
            PipelineInbox.Handover(link: try Link.pipelined(config))
        }
        self.config = config
        serverVersion = Int(PQserverVersion(first.link.connection))
        canceller = Canceller()
        let pipeline = Pipeline(config: config, canceller: canceller, logger: logger, first: first)
        self.pipeline = pipeline
        sessions = SessionPool(config: config)
        listener = Listener(config: config, logger: logger)
        startThread("pg-pipeline") { pipeline.run() }
    }

    deinit {
        stop()
    }

    /// The rows of the answer, in order.
    public func rows<Value>(
        _ sql: SQL, for tenants: Tenants, _ decode: (inout Row) throws -> Value
    ) async throws -> [Value] {
        try await send([sql], for: tenants).first?.rows(decode) ?? []
    }

    /// The first row of the answer; `nil` when there is none.
    public func first<Value>(
        _ sql: SQL, for tenants: Tenants, commit: Commit = .alone, _ decode: (inout Row) throws -> Value
    ) async throws -> Value? {
        try await send([sql], for: tenants, commit).first?.first(decode)
    }

    /// How many rows were inserted, updated or deleted.
    @discardableResult
    public func run(_ sql: SQL, for tenants: Tenants, commit: Commit = .alone) async throws -> Int {
        try await send([sql], for: tenants, commit).first?.affected ?? 0
    }

    /// All or nothing, in order, in one round trip; answers how many rows each changed.
    @discardableResult
    public func run(_ statements: [SQL], for tenants: Tenants, commit: Commit = .alone) async throws -> [Int] {
        guard !statements.isEmpty else { return [] }
        return try await send(statements, for: tenants, commit).map(\.affected)
    }

    /// Runs `body` in a transaction: COMMIT when it returns, ROLLBACK when it throws. After a
    /// serialization failure or a deadlock it runs again, three times at most: it may have no other effects.
    @discardableResult
    public func transaction<Value>(
        for tenants: Tenants, isolation: Isolation = .readCommitted, _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await attempt(for: tenants, isolation: isolation, body)
            } catch let error as PostgresError where error.isRetryable && failures < Database.retriesMax {
                failures += 1
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...(10 << failures))))
            }
        }
    }

    private static let retriesMax = 3

    /// The payloads of a channel's notifications.
    ///
    /// An empty string says that LISTEN is in force, at first and after each lost connection: what was
    /// sent before is missed, so look for yourself. At most 1024 wait to be read, then the oldest go.
    public func listen(_ channel: Channel) -> AsyncStream<String> {
        listener.subscribe(channel)
    }

    /// Throws unless the server answers.
    public func ping() async throws {
        _ = try await send(["SELECT 1"], for: .none)
    }

    /// Answers what is under way, within five seconds, and refuses the rest.
    public func close() async {
        stop()
    }

    private func stop() {
        pipeline.stop()
        canceller.stop()
        sessions.close()
        listener.stop()
    }

    private func send(_ statements: [SQL], for tenants: Tenants, _ commit: Commit = .alone) async throws -> [Answer] {
        for statement in statements { try statement.checkLimits() }
        let ticket = PipelineInbox.Ticket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal = pipeline.submit(
                    .init(
                        statements: statements, tenants: tenants, commit: commit, ticket: ticket,
                        continuation: continuation))
                if let refusal { continuation.resume(throwing: refusal) }
            }
        } onCancel: {
            pipeline.cancel(ticket)
        }
    }

    private func attempt<Value>(
        for tenants: Tenants, isolation: Isolation, _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        let session = try await sessions.take()
        defer { sessions.giveBack(session) }
        try await session.begin(
            """
            BEGIN ISOLATION LEVEL \(isolation.rawValue);
            SELECT set_config('halley.workspaces', '\(tenants.setting)', true)
            """
        )
        let flight = Flight()
        let outcome: Value
        do {
            outcome = try await body(Transaction(session: session, flight: flight, canceller: canceller))
        } catch {
            flight.end()
            await rollBack(session, flight)
            throw error
        }
        flight.end()
        guard !flight.isCancelled else {
            await session.disconnect()
            throw CancellationError()
        }
        try await commit(session)
        return outcome
    }

    /// Not cancellable. A connection that a cancel request may still reach is closed, which rolls back as well.
    private func rollBack(_ session: Session, _ flight: Flight) async {
        do {
            guard !flight.isCancelled else { return await session.disconnect() }
            _ = try await session.perform { (link) throws(PostgresError) in try link.execute("ROLLBACK") }
        } catch {
            await session.disconnect()
        }
    }

    /// Not cancellable. COMMIT of a failed transaction rolls back and calls it success: that is an error here.
    private func commit(_ session: Session) async throws(PostgresError) {
        do throws(PostgresError) {
            let tag = try await session.perform { (link) throws(PostgresError) in try link.execute("COMMIT").tag }
            guard tag == "COMMIT" else {
                throw PostgresError(sqlState: "25P02", message: "a failed transaction cannot be committed")
            }
        } catch {
            if error.isConnectionLoss { await session.disconnect() }
            throw error
        }
    }
}
