import Foundation
import Sealing

/// 256 random bits that stand for something in the database, which holds only their SHA-256.
struct OpaqueToken: Sendable {
    /// 43 characters of base64url.
    let text: String
    var digest: [UInt8] { SHA256.digest(of: text.utf8) }

    static func fresh() -> OpaqueToken {
        OpaqueToken(text: base64url(RandomBytes.make(32)))
    }

    /// `nil` when it cannot be one, so that nobody is asked about it.
    init?(presented: String) {
        let isToken =
            presented.utf8.count == 43
            && presented.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d
                    || $0 == 0x5f
            }
        guard isToken else { return nil }
        text = presented
    }

    private init(text: String) {
        self.text = text
    }

    static func base64url(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}

extension OpaqueToken: CustomStringConvertible, CustomReflectable {
    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
