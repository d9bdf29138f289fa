import Foundation
import HotJSON
import Model
import WireMessages

/// Ids as the dialect writes them: 32 hexadecimal digits without hyphens.
enum CometID {
    static func text(_ bytes: Data) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `nil`: no id.
    static func bytes(_ text: String) -> Data? {
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: "-") })
        guard digits.count == 32 else { return nil }
        var bytes = Data(capacity: 16)
        for place in stride(from: 0, to: 32, by: 2) {
            guard let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}

/// Where pages stand: `/WORKSPACE/PROJECT/EXPERIMENT`.
enum PagePath {
    static func project(_ project: ProjectRecord) -> String {
        "/\(escape(project.workspaceName))/\(escape(project.name))"
    }

    static func experiment(_ project: ProjectRecord, key: String) -> String {
        "\(self.project(project))/\(escape(key))"
    }

    /// One segment of a path (RFC 3986 §3.3): everything but what is always safe is escaped.
    static func escape(_ text: some StringProtocol) -> String {
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
