import Dispatch
import Foundation
import Synchronization

/// The one client by which this instance asks others on the network for something.
///
/// A name is resolved once, each of its addresses is checked, and a connection is opened to one of those only; the
/// address is looked at again when its socket is made. Redirects are not followed, no proxy of the environment is
/// used, and what comes back is bounded in bytes and in time. Requests block, so they have threads of their own.
public final class Egress: Sendable {
    public static let atOnce = 8
    public static let waitingMax = 64

    public struct Request: Sendable {
        public let url: EgressURL
        /// `nil`: a GET. A POST sends these bytes, whose type stands among the headers.
        public let body: [UInt8]?
        /// `Name: value`. What breaks a line is refused.
        public let headers: [String]
        public let bytesMax: Int
        public let secondsMax: Double

        public init(
            _ url: EgressURL, body: [UInt8]? = nil, headers: [String] = [], bytesMax: Int = 1 << 20,
            secondsMax: Double = 10
        ) {
            self.url = url
            self.body = body
            self.headers = headers
            self.bytesMax = bytesMax
            self.secondsMax = secondsMax
        }
    }

    public struct Answer: Sendable {
        public let status: Int
        public let body: [UInt8]
    }

    private let rules: EgressRules
    private let queue = OperationQueue()
    private let pending = Mutex(0)

    public init(rules: EgressRules = EgressRules()) {
        self.rules = rules
        queue.name = "halley.egress"
        queue.maxConcurrentOperationCount = Self.atOnce
    }

    /// Whether an address may be asked at all; where it leads is seen when it is.
    public func check(_ url: EgressURL) throws(EgressError) {
        try rules.check(url)
    }

    /// Any status is an answer. Cancelling does not stop a request under way; `secondsMax` does.
    public func send(_ request: Request) async throws(EgressError) -> Answer {
        try rules.check(request.url)
        guard !request.headers.contains(where: { $0.utf8.contains { $0 < 0x20 || $0 == 0x7f } }) else {
            throw .malformed
        }
        try enter()
        let until = Date().addingTimeInterval(request.secondsMax)
        let result: Result<Answer, EgressError> = await withCheckedContinuation { continuation in
            let once = Once(continuation)
            // Resolving has a patience of its own, which nobody can shorten.
            DispatchQueue.global().asyncAfter(deadline: .now() + request.secondsMax) { once.end(.failure(.timedOut)) }
            queue.addOperation { [rules] in
                once.end(Result { () throws(EgressError) in try Transfer.run(request, rules, until: until) })
                self.pending.withLock { $0 -= 1 }
            }
        }
        return try result.get()
    }

    private func enter() throws(EgressError) {
        let entered = pending.withLock { pending in
            guard pending < Self.atOnce + Self.waitingMax else { return false }
            pending += 1
            return true
        }
        guard entered else { throw .busy }
    }
}

/// An answer that is given by whoever is first.
private final class Once: Sendable {
    typealias Continuation = CheckedContinuation<Result<Egress.Answer, EgressError>, Never>

    private let continuation: Mutex<Continuation?>

    init(_ continuation: Continuation) {
        self.continuation = Mutex(continuation)
    }

    func end(_ result: Result<Egress.Answer, EgressError>) {
        let waiting = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        waiting?.resume(returning: result)
    }
}
