import HTTPTypes
import HotJSON
import Hummingbird
import Model

/// The API key of a request, wherever the client has put it.
struct Credential: Hashable, Sendable {
    /// Longer ones are nobody's.
    private static let bytesMax = 256

    /// Without what follows the first `*`: clients send the server's address along in there.
    let key: String

    /// `nil`: not even the shape of a key.
    init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        let key = bytes.withContiguousStorageIfAvailable(Self.key) ?? Array(bytes).withUnsafeBufferPointer(Self.key)
        guard let key else { return nil }
        self.key = key
    }

    private static func key(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        var length = 0
        while length < text.count, text[length] != UInt8(ascii: "*") {
            guard length < bytesMax, 0x21...0x7e ~= text[length] else { return nil }
            length += 1
        }
        return length == 0 ? nil : String(decoding: text[..<length], as: UTF8.self)
    }

    /// The one key that the headers, and `others` (from a body or query), agree on.
    /// Throws `.unauthenticated` when there is none, or when two presentations differ: none may be trusted then.
    static func of(_ request: Request, _ others: String?...) throws(Failure) -> Credential {
        var found: Credential?
        try agree(&found, request.headers.value(.authorization).map(Self.withoutScheme))
        try agree(&found, request.headers.value(.xAPIKey))
        for text in others { try agree(&found, text) }
        guard let found else {
            throw Failure(.unauthenticated, "This needs an API key in the Authorization header.", reason: "key_missing")
        }
        return found
    }

    private static func agree(_ found: inout Credential?, _ text: (some StringProtocol)?) throws(Failure) {
        guard let text, !text.isEmpty else { return }
        guard let credential = Credential(text) else { throw refusal }
        guard found == nil || found == credential else {
            throw Failure(
                .unauthenticated, "This request carries two different API keys.", reason: "key_ambiguous")
        }
        found = credential
    }

    static let refusal = Failure(.unauthenticated, "This API key is not valid here.", reason: "key_unknown")

    /// The clients send the bare key; people and other tools say "Bearer" before it.
    private static func withoutScheme(_ value: String) -> Substring {
        let bytes = value.utf8
        guard let space = bytes.index(bytes.startIndex, offsetBy: 6, limitedBy: bytes.endIndex), space < bytes.endIndex,
            bytes[space] == UInt8(ascii: " "), value[..<space].lowercased() == "bearer"
        else { return value[...] }
        return Substring(bytes[space...].drop { $0 == UInt8(ascii: " ") })
    }
}
