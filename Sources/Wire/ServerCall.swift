import Logging
import Model
import NIOCore
import Synchronization
import WireMessages

/// One request on its way through its handler.
final class ServerCall: Sendable {
    let id: UInt32
    let method: UInt16
    let entry: Methods.Entry
    let parts: RequestBody.Parts
    let body: ByteBuffer
    let peer: Peer
    let deadline: ContinuousClock.Instant
    let outbox: Outbox<ServerCommand>
    let receive: ReceiveStream?
    let send: SendStream
    let cancellation = Cancellation()
    private let begun = Atomic(false)

    init(
        id: UInt32, method: UInt16, entry: Methods.Entry, parts: RequestBody.Parts, body: ByteBuffer, peer: Peer,
        deadline: ContinuousClock.Instant, outbox: Outbox<ServerCommand>, window: Int
    ) {
        self.id = id
        self.method = method
        self.entry = entry
        self.parts = parts
        self.body = body
        self.peer = peer
        self.deadline = deadline
        self.outbox = outbox
        self.send = SendStream(credit: Int(parts.credit))
        self.receive =
            entry.shape == .upload
            ? ReceiveStream(window: window) { outbox.push(.grant(id, $0), bytes: 16) } : nil
    }

    /// The caller is gone, gave up or ran out of time.
    func cancel() {
        cancellation.cancel()
        receive?.finish(CancellationError())
        send.close(CancellationError())
    }

    func run(_ server: RPCServer) async {
        await cancellation.run {
            let outcome = await self.outcome(server)
            outbox.push(.finish(id, outcome), bytes: outcome.byteCount)
        }
    }

    private func outcome(_ server: RPCServer) async -> Outcome {
        do {
            let call = try call(server)
            let message = slice(parts.message)
            guard let response = try await entry.run(message, Methods.Streams(incoming: receive, outgoing: self), call)
            else {
                guard begun.load(ordering: .relaxed) else { throw Failure(.bug, "A download without an answer.") }
                return .ended
            }
            guard response.readableBytes <= server.limits.messageBytesMax else {
                throw Failure(.exhausted, "The answer is larger than \(server.limits.messageBytesMax) bytes.")
            }
            return .response(response)
        } catch {
            return .failed(server.failure(error, self))
        }
    }

    private func call(_ server: RPCServer) throws(Failure) -> Call {
        let head: RequestHead = try MessageBytes.decode(slice(parts.head), orThrow: .invalid)
        guard server.peers.allows(peer.name, method: method) else {
            throw Failure(.forbidden, "\(peer.name) may not call this.", detail: "method \(method)")
        }
        let bytes = [UInt8](head.access)
        var access = bytes.isEmpty ? nil : try server.verify(bytes)
        access?.origin = Access.Origin(address: head.address, request: head.trace)
        try entry.need.check(access, peer)
        return Call(
            access: access, accessBytes: bytes, deadline: deadline, trace: head.trace,
            idempotencyKey: head.idempotencyKey, peer: peer.name, address: head.address)
    }

    private func slice(_ range: Range<Int>) -> ByteBuffer {
        body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}

extension ServerCall: OutgoingSink {
    func begin(_ response: ByteBuffer) throws {
        precondition(!begun.exchange(true, ordering: .relaxed), "a download answers once")
        outbox.push(.response(id, response), bytes: 12 + response.readableBytes)
    }

    func send(_ bytes: ByteBuffer) async throws {
        precondition(begun.load(ordering: .relaxed), "a download answers before its first chunk")
        try await send.send(bytes) { piece in
            outbox.push(.chunk(id, piece), bytes: 12 + piece.readableBytes)
        }
    }
}

extension Need {
    fileprivate func check(_ access: Access?, _ peer: Peer) throws(Failure) {
        switch self {
        case .anyone: break
        case .access, .accessOfUnsettled, .provisioning:
            guard let access else { throw Failure(.unauthenticated, "This needs a valid key or session.") }
            if case .access = self { try access.requireSettled() }
        case .operatorOnly:
            guard peer.isOperator else { throw Failure(.forbidden, "Only the operator of this machine may do this.") }
        }
        let isProvisioning = if case .provisioning = self { true } else { false }
        if isProvisioning, access?.kind != .provisioner { throw Access.provisioningKeyRequired }
        if !isProvisioning, access?.kind == .provisioner { throw Access.provisioningOnly }
    }
}

/// Who is at the other end of a server's connection.
struct Peer: Sendable {
    let name: String
    /// A Unix peer of our own uid that called itself `operator`.
    let isOperator: Bool
}

/// What a handler came to.
enum Outcome: Sendable {
    case response(ByteBuffer)
    case ended
    case failed(Failure)

    var byteCount: Int {
        if case .response(let bytes) = self { 12 + bytes.readableBytes } else { 12 }
    }
}

/// What tasks ask of a server connection's loop.
enum ServerCommand: Sendable {
    case response(UInt32, ByteBuffer)
    case chunk(UInt32, ByteBuffer)
    case finish(UInt32, Outcome)
    case grant(UInt32, Int)
    case drain(wait: Duration)
    case close

    var cost: Int {
        switch self {
        case .response(_, let bytes), .chunk(_, let bytes): 12 + bytes.readableBytes
        case .finish(_, let outcome): outcome.byteCount
        case .grant: 16
        case .drain, .close: 0
        }
    }
}
