public import Logging
public import Model
import NIOCore
public import SwiftProtobuf

/// Calls one service at all its addresses. Connects at the first call, keeps a few connections to each address, sends
/// each call where the fewest are under way, and reconnects with back-off.
///
/// Every error is a `Failure`. Cancelling the calling task cancels the call on the other side.
public final class RPCClient: Sendable {
    /// - Parameters:
    ///   - service: whom to call; over TLS the peer's certificate must carry this name.
    ///   - name: who this process is.
    public init(
        service: String, as name: String, addresses: [Address], tls: TLSIdentity? = nil, limits: Limits = Limits(),
        logger: Logger
    ) {
    }

    public func call<Q: Message, R: Message>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext, retry: Retry = .never
    ) async throws(Failure) -> R {
        throw Failure(.unavailable, "not yet")
    }

    /// Sends `body` along. When the service answers early, the rest of the body is not read.
    public func upload<Q: Message, R: Message, S: AsyncSequence & Sendable>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext, body: S
    ) async throws(Failure) -> R where S.Element == Chunk {
        throw Failure(.unavailable, "not yet")
    }

    /// Hands the response and its stream to `body`; when that returns, what was not read is cancelled.
    public func download<Q: Message, R: Message, T>(
        _ method: some RawRepresentable<Int>, _ request: Q, _ context: CallContext,
        _ body: (R, Incoming) async throws -> T
    ) async throws -> T {
        throw Failure(.unavailable, "not yet")
    }

    /// Lets calls under way fail with `.unavailable` and returns when all connections are closed.
    public func close() async {
    }
}
