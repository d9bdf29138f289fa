internal import Foundation
internal import Sealing

/// Makes texts that only this service can have made: URL-safe base64 of a payload and its HMAC. What a text is for
/// goes into the HMAC, so that a cursor never passes for a token.
struct Signer: Sendable {
    enum Purpose: String { case part, cursor }

    let secret: [UInt8]

    func seal(_ payload: [UInt8], for purpose: Purpose) -> String {
        Base64URL.text(payload + HMACSHA256.code(for: message(payload, purpose), key: secret))
    }

    /// `nil` unless every bit is as it was sealed, for the same purpose.
    func open(_ text: String, for purpose: Purpose) -> [UInt8]? {
        guard text.utf8.count <= 4096, let bytes = Base64URL.bytes(text), bytes.count >= SHA256.byteCount else {
            return nil
        }
        let payload = Array(bytes.dropLast(SHA256.byteCount))
        let isRight = HMACSHA256.isValid(
            bytes.suffix(SHA256.byteCount), for: message(payload, purpose), key: secret)
        return isRight ? payload : nil
    }

    private func message(_ payload: [UInt8], _ purpose: Purpose) -> [UInt8] {
        Array("halley artifact \(purpose.rawValue) 1\n".utf8) + payload
    }
}

/// RFC 4648 §5 without padding.
enum Base64URL {
    static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let usual = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let bytes = Data(base64Encoded: usual).map(Array.init), Self.text(bytes) == text else { return nil }
        return bytes
    }
}
