import Model
import NIOCore
import Synchronization

/// The sending end of one stream: one task sends as far as the credit reaches, then waits for the reader.
final class SendStream: Sendable {
    private struct State {
        var credit: Int
        var closed: (any Error)?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(credit: Int) {
        state = Mutex(State(credit: credit))
    }

    func add(credit: Int) {
        wake { $0.credit += credit }
    }

    /// Later sends throw `error`.
    func close(_ error: any Error) {
        wake { $0.closed = $0.closed ?? error }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Cuts `buffer` to what a frame and the credit hold and hands the pieces to `write`.
    func send(_ buffer: ByteBuffer, write: (ByteBuffer) -> Void) async throws {
        var rest = buffer
        while rest.readableBytes > 0 {
            let taken = try await take(min(rest.readableBytes, Limits.chunkBytesMax))
            if let piece = rest.readSlice(length: taken) { write(piece) }
        }
    }

    /// Waits until the other side has granted anything at all: then it knows of the call.
    func opened() async throws {
        if try await take(1) > 0 { add(credit: 1) }
    }

    private func take(_ wanted: Int) async throws -> Int {
        while true {
            try Task.checkCancellation()
            let taken = try state.withLock { state in
                if let closed = state.closed { throw closed }
                let taken = min(wanted, state.credit)
                state.credit -= taken
                return taken
            }
            if taken > 0 { return taken }
            await credit()
        }
    }

    private func credit() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let ready = state.withLock { state in
                    if state.credit > 0 || state.closed != nil || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
    }
}
