import AuthClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore

/// Bodies that are read as a whole, within a bound.
enum RequestBytes {
    /// The body as it was sent. Throws `.exhausted` (413) beyond `bytesMax`, before reading when its length says so.
    static func collect(_ request: Request, bytesMax: Int) async throws -> ByteBuffer {
        try checkLength(request, bytesMax: bytesMax)
        var collected = ByteBuffer()
        for try await piece in request.body {
            guard collected.readableBytes + piece.readableBytes <= bytesMax else { throw tooLarge(bytesMax) }
            if collected.readableBytes == 0 {
                collected = piece
            } else {
                var piece = piece
                collected.writeBuffer(&piece)
            }
        }
        return collected
    }

    static func checkLength(_ request: Request, bytesMax: Int) throws(Failure) {
        guard let length = request.headers.value(.contentLength).flatMap({ Int($0) }), length > bytesMax else { return }
        throw tooLarge(bytesMax)
    }

    static func tooLarge(_ bytesMax: Int) -> Failure {
        Failure(.exhausted, "The body is larger than \(bytesMax) bytes.", reason: "body_too_large")
    }

    /// Throws `.invalid` (415) for any other encoding than gzip and none.
    static func isGzip(_ request: Request) throws(Failure) -> Bool {
        switch request.headers.value(.contentEncoding)?.lowercased() {
        case nil, "", "identity": return false
        case "gzip", "x-gzip": return true
        default:
            throw Failure(.invalid, "Only gzip is understood as Content-Encoding.", reason: "media_unsupported")
        }
    }

    /// The body as a JSON object; an empty body reads as `{}`.
    static func document(_ request: Request, bytesMax: Int) async throws -> JSONFields {
        try await plain(request, bytesMax: bytesMax).withUnsafeReadableBytes(fields)
    }

    /// The body as `read` understands it, of what somebody logs: keys of ours in it are masked, but for its own, which
    /// says who asks and is told apart.
    static func screened<Body: KeyedBody>(
        _ request: Request, _ notes: RequestNotes, bytesMax: Int, _ read: (UnsafeRawBufferPointer) throws -> Body
    ) async throws -> (body: Body, key: String?) {
        var bytes = try await plain(request, bytesMax: bytesMax)
        let sent = try bytes.withUnsafeReadableBytes(read)
        let key = try sent.keyInside()
        let exposed = bytes.withUnsafeReadableBytes { KeyText.found(in: $0, besides: key).map(\.key) }
        guard !exposed.isEmpty else { return (sent, key) }
        _ = bytes.maskKeys()
        notes.expose(exposed)
        return (try bytes.withUnsafeReadableBytes(read), key)
    }

    private static func plain(_ request: Request, bytesMax: Int) async throws -> ByteBuffer {
        let isGzip = try isGzip(request)
        let body = try await collect(request, bytesMax: bytesMax)
        guard isGzip, body.readableBytes > 0 else { return body }
        return ByteBuffer(
            bytes: try body.withUnsafeReadableBytes { try Inflater().inflate($0, .init(bytesMax: bytesMax)) })
    }

    static func fields(_ bytes: UnsafeRawBufferPointer) throws -> JSONFields {
        try JSONFields(bytes.isEmpty ? .object(JSONObject()) : try JSONParser.parse(bytes))
    }
}
