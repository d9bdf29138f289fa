import Model
import NIOCore
import Synchronization

/// The receiving end of one stream: the loop delivers, one task reads. What is read is granted anew to the sender, so
/// that never more than the window lies here.
final class ReceiveStream: Sendable {
    private enum Found {
        case bytes(ByteBuffer)
        case over(Result<Void, any Error>)
        case nothing
    }

    private struct State {
        var queue = CircularBuffer<ByteBuffer>()
        var over: Result<Void, any Error>?
        var waiter: CheckedContinuation<Void, Never>?
        var unclaimed = 0

        mutating func pop(window: Int) -> (Found, due: Int) {
            guard let bytes = queue.popFirst() else {
                return (over.map { .over($0) } ?? .nothing, 0)
            }
            unclaimed += bytes.readableBytes
            // Half a window at a time: few window frames, and the sender never runs dry while the reader keeps up.
            guard unclaimed * 2 >= window, over == nil else { return (.bytes(bytes), 0) }
            defer { unclaimed = 0 }
            return (.bytes(bytes), unclaimed)
        }
    }

    private let state = Mutex(State())
    private let window: Int
    /// Asks the loop to send the peer more credit.
    private let grant: @Sendable (Int) -> Void

    init(window: Int, grant: @escaping @Sendable (Int) -> Void) {
        self.window = window
        self.grant = grant
    }

    func deliver(_ bytes: ByteBuffer) {
        wake { state in
            if state.over == nil { state.queue.append(bytes) }
        }
    }

    /// The first end counts. A failure drops what was not read yet: a torn stream must not look like a short one.
    func finish(_ failure: (any Error)? = nil) {
        wake { state in
            guard state.over == nil else { return }
            if let failure {
                state.over = .failure(failure)
                state.queue.removeAll()
            } else {
                state.over = .success(())
            }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// The next bytes, or `nil` after the last. Throws the peer's failure, or `CancellationError`.
    func next() async throws -> ByteBuffer? {
        while true {
            let (found, due) = state.withLock { $0.pop(window: window) }
            if due > 0 { grant(due) }
            switch found {
            case .bytes(let bytes): return bytes
            case .over(let result):
                try result.get()
                return nil
            case .nothing: try await arrival()
            }
        }
    }

    private func arrival() async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let ready = state.withLock { state in
                    if !state.queue.isEmpty || state.over != nil || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
        try Task.checkCancellation()
    }
}
