import HTTPTypes
import HotJSON
import Hummingbird
import Model

/// Which part of the dialect a request speaks: each understands errors its own way.
enum CometCall: Sendable, Equatable {
    /// add/run, copy-steps: only 400 and 403 with a code are understood (comet-logging §8.2).
    case handshake
    /// get/run: only 400 is, and what may not be written to is not there.
    case attach
    /// Everything else under /clientlib/, and at the root.
    case logging
    /// Both REST bases and all of /api/: 401 for a bad key.
    case rest

    init(path: String) {
        let parts = path.pathParts(maxSplits: 3).prefix(3)
        switch (parts.first, parts.dropFirst().first) {
        case ("clientlib", "logger"), ("logger", _): self = parts.contains("get") ? .attach : .handshake
        case ("clientlib", "rest"), ("api", _), ("optimizer", _), ("mpm", _): self = .rest
        default: self = .logging
        }
    }
}

/// How a failure reads in the dialect: `{"msg", "code", "sdk_error_code", "data": null}`, always an object.
enum CometFailure {
    /// The codes that the clients know (comet-rest §12), by `Failure.reason`.
    static let sdkCodes: [String: Int] = [
        "key_unknown": 90212, "key_missing": 90212, "key_expired": 90212, "key_unused": 90212,
        "key_revoked": 90212, "key_ambiguous": 90212,
        "experiment_unknown": 90210,
        "experiment_key_missing": 90998,
        "experiment_key_invalid": 7_777_777,
        "experiment_exists": 90999,
        "workspace_unknown": 90219,
        "project_name_empty": 98219,
        "project_name_too_long": 1_341_241,
        "view_only": 7_000_011,
        "service_account_restricted": 7_000_023,
        "anonymous_refused": 7_000_007,
        "asset_immutable": 7_000_005,
        "asset_too_large": 7_777_777,
        "quota_exceeded": 90501,
        "artifact_unknown": 624_522,
        "artifact_version_unknown": 624_523,
        "unsupported": 7_777_777,
    ]

    /// A pause after which a client tries again by itself, when the failure names none.
    static let pauseSeconds: Int64 = 5

    static func answer(_ failure: Failure, to call: CometCall) -> Response {
        let status = status(for: failure, call)
        var response = Reply.json(status: status) { writer in
            writer.object { writer in
                writer.member("msg", failure.message)
                writer.member("code", status.code)
                if let code = sdkCode(for: failure, call) { writer.member("sdk_error_code", code) }
                writer.nullMember("data")
            }
        }
        if status == .tooManyRequests || status == .serviceUnavailable {
            // The client's own throttling reads only the custom header; urllib3 reads only the standard one.
            let seconds = String(failure.retryAfter.map(Reply.seconds) ?? pauseSeconds)
            response.headers[.retryAfter] = seconds
            response.headers[.retryAfterCustom] = seconds
        }
        return response
    }

    static func sdkCode(for failure: Failure, _ call: CometCall) -> Int? {
        if let code = sdkCodes[failure.reason] { return code }
        switch (failure.code, call) {
        case (.unauthenticated, _): return 90212
        case (.forbidden, .handshake): return 7_000_011
        case (.notFound, .handshake), (.notFound, .attach), (.forbidden, .attach): return 90210
        default: return nil
        }
    }

    static func status(for failure: Failure, _ call: CometCall) -> HTTPResponse.Status {
        switch (failure.code, call) {
        case (.unavailable, .logging), (.deadline, .logging):
            // A 5xx is tried again three times and then lost with an error; a 429 is kept until it is delivered.
            return .tooManyRequests
        case (.invalid, .attach), (.unauthenticated, .attach), (.forbidden, .attach), (.notFound, .attach):
            return .badRequest
        case (.invalid, .handshake), (.unauthenticated, .handshake), (.notFound, .handshake), (.conflict, .handshake):
            return .badRequest
        case (.conflict, _):
            return .badRequest
        case (.notFound, _) where sdkCodes[failure.reason] != nil:
            return .badRequest
        default:
            return HTTPStatus.status(for: failure)
        }
    }
}
