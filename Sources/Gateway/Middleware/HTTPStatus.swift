import HTTPTypes
import HotJSON
import Model

/// The one table from `Failure.code` to the HTTP status (Docs/http-status.md).
enum HTTPStatus {
    static let table: [Failure.Code: HTTPResponse.Status] = [
        .invalid: .badRequest,
        .unauthenticated: .unauthorized,
        .forbidden: .forbidden,
        .notFound: .notFound,
        .conflict: .conflict,
        .exhausted: .tooManyRequests,
        .unavailable: .serviceUnavailable,
        .deadline: .gatewayTimeout,
        .bug: .internalServerError,
    ]

    /// Reasons that HTTP has a more precise status for.
    static let byReason: [String: HTTPResponse.Status] = [
        "body_too_large": .contentTooLarge,
        "frame_too_large": .contentTooLarge,
        "precondition_failed": .preconditionFailed,
        "range": .rangeNotSatisfiable,
        "range_invalid": .rangeNotSatisfiable,
        "too_large": .contentTooLarge,
        "method_unknown": .methodNotAllowed,
        "media_unsupported": .unsupportedMediaType,
        "not_implemented": .notImplemented,
    ]

    static func status(for failure: Failure) -> HTTPResponse.Status {
        byReason[failure.reason] ?? table[failure.code] ?? .internalServerError
    }

    /// The way back, for errors that Hummingbird itself throws.
    static func code(for status: HTTPResponse.Status) -> Failure.Code {
        if let known = table.first(where: { $0.value == status }) { return known.key }
        return switch status.code {
        case 413: .exhausted
        case 400..<500: .invalid
        default: .bug
        }
    }
}

extension Failure {
    init(_ error: JSONError) {
        switch error.kind {
        case .tooLarge: self.init(.exhausted, error.message, reason: "body_too_large")
        case .malformed: self.init(.invalid, error.message, reason: "body_malformed")
        case .missing, .wrongType: self.init(.invalid, error.message, reason: "field_invalid")
        }
    }
}
