import Model
import NIOCore
import Synchronization

/// One call as the caller's side sees it: where its answer, its stream and its credit go.
final class ClientCall: Sendable {
    /// Why a call has no response.
    enum Loss: Error {
        /// The service said so.
        case failure(Failure)
        /// The request was never looked at: making it elsewhere cannot do it twice.
        case untouched
        /// The connection was lost after the request was sent.
        case lost
        case cancelled
        case deadline

        func failure(from service: String) -> Failure {
            switch self {
            case .failure(let failure): failure
            case .untouched, .lost:
                Failure(
                    .unavailable, "The connection to the \(service) service was lost.", reason: "connection_lost",
                    retryAfter: .seconds(1))
            case .cancelled: Failure(.unavailable, "The call was cancelled.", reason: "cancelled")
            case .deadline: Failure(.deadline, "The time for this call is over.")
            }
        }
    }

    enum Kind {
        case unary
        case upload
        case download(ClientConnection, window: Int)
    }

    /// Zero until the call is on its connection.
    final class Number: Sendable {
        let value = Atomic<UInt32>(0)
    }

    let shape: ClientSession<ClientCall>.Shape
    let deadline: ContinuousClock.Instant
    let receive: ReceiveStream?
    let send: SendStream?
    let number = Number()
    private let service: String
    private let waiter = Mutex<Waiter>(.none)

    private enum Waiter {
        case none
        case waiting(CheckedContinuation<Result<ByteBuffer, Loss>, Never>)
        case answered(Result<ByteBuffer, Loss>)
    }

    init(_ kind: Kind, from service: String, deadline: ContinuousClock.Instant) {
        self.service = service
        self.deadline = deadline
        switch kind {
        case .unary: (shape, send, receive) = (.unary, nil, nil)
        case .upload: (shape, send, receive) = (.upload, SendStream(credit: 0), nil)
        case .download(let connection, let window):
            (shape, send) = (.download, nil)
            receive = ReceiveStream(window: window) { [number, outbox = connection.outbox] count in
                outbox.push(.grant(number.value.load(ordering: .relaxed), count), bytes: 16)
            }
        }
    }

    func wait(_ continuation: CheckedContinuation<Result<ByteBuffer, Loss>, Never>) {
        let ready = waiter.withLock { waiter -> Result<ByteBuffer, Loss>? in
            if case .answered(let result) = waiter { return result }
            waiter = .waiting(continuation)
            return nil
        }
        if let ready { continuation.resume(returning: ready) }
    }

    func answer(_ response: ByteBuffer) {
        resume(.success(response))
        send?.close(Loss.cancelled)
    }

    func fail(_ loss: Loss) {
        resume(.failure(loss))
        send?.close(loss)
        receive?.finish(loss.failure(from: service))
    }

    /// The first answer counts: a stream that breaks off later does not take the response back.
    private func resume(_ result: Result<ByteBuffer, Loss>) {
        let waiting = waiter.withLock { waiter -> CheckedContinuation<Result<ByteBuffer, Loss>, Never>? in
            switch waiter {
            case .none:
                waiter = .answered(result)
                return nil
            case .waiting(let continuation):
                waiter = .answered(result)
                return continuation
            case .answered:
                return nil
            }
        }
        waiting?.resume(returning: result)
    }
}

/// What tasks ask of a client connection's loop.
enum ClientCommand: Sendable {
    case start(UInt32, ClientCall, method: UInt16, head: ByteBuffer, message: ByteBuffer)
    case chunk(UInt32, ByteBuffer)
    case end(UInt32)
    case cancel(UInt32)
    case grant(UInt32, Int)
    /// Call ids run out: another connection takes over.
    case retire

    var cost: Int {
        switch self {
        case .start(_, _, _, let head, let message): 14 + head.readableBytes + message.readableBytes
        case .chunk(_, let bytes): 12 + bytes.readableBytes
        case .grant: 16
        case .end, .cancel: 12
        case .retire: 0
        }
    }
}
