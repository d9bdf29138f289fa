public import Logging
public import Model
import NIOCore
public import SwiftProtobuf
import Synchronization
import WireMessages

/// Calls one service at all its addresses. Connects at the first call, keeps a few connections to each address, sends
/// each call where the fewest are under way, and reconnects with back-off.
///
/// A call waits up to five seconds for a connection, so that a restarting service means a short wait. Every error is a
/// `Failure`. Cancelling the calling task cancels the call on the other side.
public final class RPCClient: Sendable {
    private let service: String
    private let limits: Limits
    private let pool: Result<ConnectionPool, Failure>
    private let budget = RetryBudget()

    /// - Parameters:
    ///   - service: whom to call; over TLS the peer's certificate must carry this name.
    ///   - name: who this process is.
    ///   - tls: needed for TCP addresses. When it cannot be read, every call throws `.unavailable`.
    public init(
        service: String, as name: String, addresses: [Address], tls: TLSIdentity? = nil, limits: Limits = Limits(),
        logger: Logger
    ) {
        precondition(!addresses.isEmpty, "a client needs an address")
        self.service = service
        self.limits = limits
        do {
            let context = try tls.map { try $0.context(server: false) }
            let connector = Connector(service: service, name: name, limits: limits, tls: context)
            pool = .success(ConnectionPool(addresses: addresses, connector: connector, logger: logger))
        } catch {
            logger.error("wire certificates cannot be read", metadata: ["error": "\(error)"])
            pool = .failure(Failure(.unavailable, "The certificates cannot be read.", detail: "\(error)"))
        }
    }

    /// One message there, one back.
    public func call<Q: Message, R: Message>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext, retry: Retry = .never
    ) async throws(Failure) -> R {
        let plan = try plan(method.rawValue, request, context)
        let bytes = try await perform(plan, retry: retry) { connection, head throws(Failure) in
            let call = ClientCall(.unary, from: self.service, deadline: plan.deadline)
            return await connection.roundTrip(call, method: plan.method, head: head, message: plan.message)
        }
        return try MessageBytes.decode(bytes, orThrow: .bug)
    }

    /// Sends `body` along. When the service answers early, the rest of the body is not read. Never retried.
    public func upload<Q: Message, R: Message, S: AsyncSequence & Sendable>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext, body: S
    ) async throws(Failure) -> R where S.Element == Chunk {
        let plan = try plan(method.rawValue, request, context)
        let bytes = try await perform(plan, retry: .never) { connection, head throws(Failure) in
            await self.upload(plan, head, body, connection)
        }
        return try MessageBytes.decode(bytes, orThrow: .bug)
    }

    /// Hands the response and its stream to `body`; when that returns, what was not read is cancelled. Never retried.
    ///
    /// Throws `Failure`, or what `body` throws.
    public func download<Q: Message, R: Message, T>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext,
        _ body: (R, Incoming) async throws -> T
    ) async throws -> T {
        let plan = try plan(method.rawValue, request, context)
        let opened = Mutex<(ClientConnection, ClientCall)?>(nil)
        let bytes = try await perform(plan, retry: .never) { connection, head throws(Failure) in
            let kind = ClientCall.Kind.download(connection, window: self.limits.streamWindowBytes)
            let call = ClientCall(kind, from: self.service, deadline: plan.deadline)
            opened.withLock { $0 = (connection, call) }
            return await connection.roundTrip(call, method: plan.method, head: head, message: plan.message)
        }
        guard let (connection, call) = opened.withLock({ $0 }), let stream = call.receive else {
            throw Failure(.bug, "A download without a stream.")
        }
        connection.load.add(1, ordering: .relaxed)
        defer {
            connection.load.subtract(1, ordering: .relaxed)
            connection.cancel(call)
        }
        return try await body(try MessageBytes.decode(bytes, orThrow: .bug), Incoming(stream: stream))
    }

    /// Lets calls under way fail with `.unavailable` and returns when all connections are closed.
    public func close() async {
        if case .success(let pool) = pool { await pool.close() }
    }
}

extension RPCClient {
    /// A call, ready to be sent as often as it takes.
    private struct Plan: Sendable {
        let method: UInt16
        let message: ByteBuffer
        let context: CallContext
        let deadline: ContinuousClock.Instant
    }

    private func plan(_ method: Int, _ request: some Message, _ context: CallContext) throws(Failure) -> Plan {
        guard let method = UInt16(exactly: method) else { throw Failure(.bug, "\(method) is no method.") }
        return Plan(
            method: method, message: try MessageBytes.encode(request), context: context,
            deadline: .now + min(context.deadline, limits.deadlineMax))
    }

    private func head(_ plan: Plan, credit: Int) throws(Failure) -> ByteBuffer {
        let left = plan.deadline - .now
        guard left > .zero else { throw Failure(.deadline, "The time for this call is over.") }
        var head = RequestHead()
        head.access = .init(plan.context.access)
        head.deadlineMs = UInt32(clamping: left.milliseconds)
        head.trace = plan.context.trace
        head.idempotencyKey = plan.context.idempotencyKey
        head.credit = UInt32(credit)
        head.address = plan.context.address
        let bytes = try MessageBytes.encode(head)
        guard bytes.readableBytes <= UInt16.max else {
            throw Failure(.invalid, "Access, trace and idempotency key take over 65535 bytes.")
        }
        guard 2 + bytes.readableBytes + plan.message.readableBytes <= limits.messageBytesMax else {
            throw Failure(.invalid, "The request is larger than \(limits.messageBytesMax) bytes.", reason: "too_large")
        }
        return bytes
    }

    /// The one retry loop. A call that no server has looked at goes elsewhere; one that may have happened is made
    /// again only when that is harmless.
    private func perform(
        _ plan: Plan, retry: Retry,
        _ attempt: (ClientConnection, ByteBuffer) async throws(Failure) -> Result<ByteBuffer, ClientCall.Loss>
    ) async throws(Failure) -> ByteBuffer {
        budget.earn()
        var attempts = 0
        var refusals = 0
        while true {
            let connection = try await pool.get().connection(before: plan.deadline)
            connection.load.add(1, ordering: .relaxed)
            defer { connection.load.subtract(1, ordering: .relaxed) }
            let loss: ClientCall.Loss
            switch try await attempt(connection, head(plan, credit: limits.streamWindowBytes)) {
            case .success(let bytes): return bytes
            case .failure(.untouched):
                // The server is leaving and has not looked at the call: another connection may do. Without a pause this
                // could go round as fast as refusals come.
                refusals += 1
                guard refusals > 2 else { continue }
                let pause = Duration.milliseconds(min(50, refusals))
                guard .now + pause < plan.deadline, (try? await Task.sleep(for: pause)) != nil else {
                    throw ClientCall.Loss.untouched.failure(from: service)
                }
                continue
            case .failure(let other): loss = other
            }
            attempts += 1
            guard retry == .idempotent, mayRepeat(loss), attempts < RetryBudget.attemptsMax, budget.spend() else {
                throw loss.failure(from: service)
            }
            let pause = RetryBudget.pause(after: attempts)
            guard .now + pause < plan.deadline, (try? await Task.sleep(for: pause)) != nil else {
                throw loss.failure(from: service)
            }
        }
    }

    private func mayRepeat(_ loss: ClientCall.Loss) -> Bool {
        switch loss {
        case .lost: true
        case .failure(let failure): failure.code == .unavailable
        case .untouched, .cancelled, .deadline: false
        }
    }

    private func upload<S: AsyncSequence & Sendable>(
        _ plan: Plan, _ head: ByteBuffer, _ body: S, _ connection: ClientConnection
    ) async -> Result<ByteBuffer, ClientCall.Loss> where S.Element == Chunk {
        let call = ClientCall(.upload, from: service, deadline: plan.deadline)
        return await withTaskGroup(of: Result<ByteBuffer, ClientCall.Loss>?.self) { group in
            group.addTask {
                await connection.roundTrip(call, method: plan.method, head: head, message: plan.message)
            }
            group.addTask { await connection.send(body, of: call).map { .failure($0) } }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let result { return result }
            }
            return .failure(.lost)
        }
    }
}
