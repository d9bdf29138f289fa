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
