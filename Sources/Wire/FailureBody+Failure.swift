import Model
import NIOCore
import SwiftProtobuf
import WireMessages

extension Failure {
    /// What travels: never `detail`.
    var body: FailureBody {
        var body = FailureBody()
        body.code = FailureBody.Code(code)
        body.message = message.count > 4000 ? String(message.prefix(4000)) : message
        body.reason = reason
        if let retryAfter { body.retryAfterMs = UInt32(clamping: retryAfter.milliseconds) }
        return body
    }

    var bytes: ByteBuffer {
        (try? MessageBytes.encode(body)) ?? ByteBuffer()
    }

    /// From a failure frame. What cannot be read is the peer's bug.
    init(bytes: ByteBuffer, from service: String) {
        guard let body: FailureBody = try? MessageBytes.decode(bytes, orThrow: .bug) else {
            self.init(.bug, "The answer of \(service) is not understood.")
            return
        }
        self.init(
            Failure.Code(body.code), body.message, reason: body.reason,
            retryAfter: body.retryAfterMs > 0 ? .milliseconds(Int64(body.retryAfterMs)) : nil)
    }
}

extension FailureBody.Code {
    init(_ code: Failure.Code) {
        self =
            switch code {
            case .invalid: .invalid
            case .unauthenticated: .unauthenticated
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .exhausted: .exhausted
            case .unavailable: .unavailable
            case .deadline: .deadline
            case .bug: .bug
            }
    }
}

extension Failure.Code {
    /// A code of a later release, unknown here, is a bug as far as this one can tell.
    init(_ code: FailureBody.Code) {
        self =
            switch code {
            case .invalid: .invalid
            case .unauthenticated: .unauthenticated
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .exhausted: .exhausted
            case .unavailable: .unavailable
            case .deadline: .deadline
            case .bug, .unspecified, .UNRECOGNIZED: .bug
            }
    }
}

extension Duration {
    /// Rounded up, so that a deadline is never cut to nothing.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    var timeAmount: TimeAmount {
        let (seconds, attoseconds) = components
        return .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
