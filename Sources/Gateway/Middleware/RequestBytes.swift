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
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bytesMax else { return }
        throw tooLarge(bytesMax)
    }

    static func tooLarge(_ bytesMax: Int) -> Failure {
        Failure(.exhausted, "The body is larger than \(bytesMax) bytes.", reason: "body_too_large")
    }

    /// Throws `.invalid` (415) for any other encoding than gzip and none.
    static func isGzip(_ request: Request) throws(Failure) -> Bool {
        switch request.headers[.contentEncoding]?.lowercased() {
        case nil, "", "identity": return false
        case "gzip", "x-gzip": return true
        default:
            throw Failure(.invalid, "Only gzip is understood as Content-Encoding.", reason: "media_unsupported")
        }
    }

    /// The body as a JSON object; an empty body reads as `{}`.
    static func document(_ request: Request, bytesMax: Int) async throws -> JSONFields {
        let isGzip = try isGzip(request)
        let body = try await collect(request, bytesMax: bytesMax)
        return try body.withUnsafeReadableBytes { bytes in
            if bytes.isEmpty { return try JSONFields(.object(JSONObject())) }
            guard isGzip else { return try JSONFields(try JSONParser.parse(bytes)) }
            let unpacked = try Inflater().inflate(bytes, .init(bytesMax: bytesMax))
            return try JSONFields(try JSONParser.parse(unpacked))
        }
    }
}
