import HTTPTypes
import HotJSON
import Hummingbird
import Model

/// Which of the gateway's faces a path belongs to: it decides how an error is told.
enum Surface: Sendable, Equatable {
    /// `/api/v1`: problem+json.
    case native
    /// What the `comet_ml` clients call: `{"msg", "code", "sdk_error_code", "data"}`.
    case comet
    /// `/scim`: errors of RFC 7644.
    case scim
    /// Everything a browser shows.
    case page

    private static let cometRoots: Set<Substring> = [
        "clientlib", "api", "optimizer", "mpm",
        // Family A at the root, when the client's URL has no path.
        "logger", "batch", "asset", "visualizations", "git-patch", "status-report", "tags", "rpc", "symlink",
        "notification", "notify", "health", "isAlive", "upload-part",
    ]

    init(path: String) {
        let parts = path.pathParts(maxSplits: 2)
        guard let root = parts.first else {
            self = .page
            return
        }
        if root == "api", parts.count > 1, parts[1] == "v1" {
            self = .native
        } else if root == "scim" {
            self = .scim
        } else {
            self = Self.cometRoots.contains(root) ? .comet : .page
        }
    }

    /// What nobody in particular may ask for as often as they like: it costs next to nothing, or is limited elsewhere.
    static func isFree(path: String) -> Bool {
        let parts = path.pathParts(maxSplits: 4)
        switch parts.first {
        case "healthz", "readyz", "static", "login", "setup", "isAlive", "health", "upload-part": return true
        case "clientlib": return ["isAlive", "health", "upload-part"].contains(parts.dropFirst().first)
        case "api": return parts.dropFirst().elementsEqual(["v1", "session"])
        default: return false
        }
    }

    /// Whose answers say what is left of the caller's requests: the native ones and those of SCIM.
    static func tellsStanding(path: String) -> Bool {
        (path.utf8.starts(with: "/api/v1".utf8) || path.utf8.starts(with: "/scim".utf8))
            && [.native, .scim].contains(Surface(path: path))
    }

    func answer(_ failure: Failure, path: String, requestID: String) -> Response {
        switch self {
        case .comet: CometFailure.answer(failure, to: CometCall(path: path))
        case .scim: ScimReply.answer(failure)
        case .native, .page: Problem.answer(failure, requestID: requestID)
        }
    }
}

extension String {
    /// What stands between the slashes. Byte by byte: it is asked for with every request, and characters are dear.
    func pathParts(maxSplits: Int) -> [Substring] {
        utf8.split(separator: UInt8(ascii: "/"), maxSplits: maxSplits).map { Substring($0) }
    }
}

/// RFC 9457.
enum Problem {
    static func answer(_ failure: Failure, requestID: String) -> Response {
        let status = HTTPStatus.status(for: failure)
        var response = Reply.json(status: status) { writer in
            writer.object { writer in
                writer.member("type", "about:blank")
                writer.member("title", status.reasonPhrase)
                writer.member("status", status.code)
                writer.member("detail", failure.message)
                writer.member("code", failure.reason.isEmpty ? failure.code.rawValue : failure.reason)
                writer.member("request_id", requestID)
            }
        }
        response.headers[.contentType] = "application/problem+json"
        if failure.code == .unauthenticated { response.headers[.wwwAuthenticate] = "Bearer" }
        if let wait = failure.retryAfter { response.headers[.retryAfter] = String(Reply.seconds(wait)) }
        return response
    }
}
