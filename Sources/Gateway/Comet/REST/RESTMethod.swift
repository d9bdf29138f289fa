import HTTPTypes
import HotJSON
import Hummingbird

/// GETs that change something are marked, so that a reader of the route table sees them.
enum RESTMethod {
    case get, post, put
    /// A GET of the dialect that changes something (comet-rest §1.4).
    case changingGet

    var http: HTTPRequest.Method {
        switch self {
        case .get, .changingGet: .get
        case .post: .post
        case .put: .put
        }
    }
}

extension Reply {
    /// What the dialect says when there is nothing to say.
    static func done(_ message: String = "ok") -> Response {
        json { writer in
            writer.object { writer in
                writer.member("msg", message)
                writer.member("code", 200)
                writer.nullMember("data")
            }
        }
    }
}

extension RESTCall {
    static let documentBytesMax = 64 << 20

    func body() async throws -> JSONFields {
        try await RequestBytes.screened(
            request, context.notes, bytesMax: Self.documentBytesMax, RequestBytes.fields
        ).body
    }
}
