import Foundation
import Offload

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
    private let queue = BlockingQueue(name: "halley.egress", atOnce: atOnce, waitingMax: waitingMax)

    public init(rules: EgressRules = EgressRules()) {
        self.rules = rules
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
        return try await queue.run(seconds: request.secondsMax, busy: .busy, late: .timedOut) {
            [rules] until throws(EgressError) in
            try Transfer.run(request, rules, until: until)
        }
    }
}
