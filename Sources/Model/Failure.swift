/// The one error that crosses processes: what the caller may be told, and, apart from it, what only the log may say.
public struct Failure: Error, Sendable, Equatable {
    public enum Code: String, Sendable, CaseIterable {
        case invalid, unauthenticated, forbidden, notFound, conflict, exhausted, unavailable, deadline, bug
    }

    public let code: Code
    /// For the caller: a full sentence that names what was wrong.
    public let message: String
    /// A stable word that a dialect can act on, such as `experiment_exists`; empty when the code says enough.
    public let reason: String
    /// For the log only. Never leaves the process.
    public let detail: String
    /// When it is worth trying again.
    public let retryAfter: Duration?

    public init(
        _ code: Code, _ message: String, reason: String = "", detail: String = "", retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.detail = detail
        self.retryAfter = retryAfter
    }
}

extension Failure: CustomStringConvertible {
    public var description: String {
        "\(code.rawValue): \(message)" + (detail.isEmpty ? "" : " [\(detail)]")
    }
}
