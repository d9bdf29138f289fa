import Foundation
import Model

/// Where an experiment stands in an order: numbers, then texts, then those that have neither, and among equals by id.
struct SortKey: Sendable, Equatable {
    /// 0 number, 1 text, 2 nothing.
    let kind: Int
    let number: Double
    let text: String
    let id: UUID
    /// What durations of running experiments were counted up to, so that all pages see the same.
    let now: Date
}

/// Goes on after an experiment. Every value in it is bound, and looked for within what the caller may see anyway:
/// a forged one shows nothing more, so it carries no MAC.
struct Cursor: Sendable, Equatable {
    let after: SortKey
    private let order: String

    init(after: SortKey, _ sort: Sort, _ descending: Bool) {
        self.after = after
        order = Self.order(sort, descending)
    }

    /// Throws `.invalid` when the text is no cursor, or one of another order.
    init(_ text: String, _ sort: Sort, _ descending: Bool) throws(Failure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7, parts[0] == "1", parts[1] == Self.order(sort, descending),
            let kind = Int(parts[2]), (0...2).contains(kind), let bits = UInt64(parts[3], radix: 36),
            let id = UUID(uuidString: parts[4]), let now = Int64(parts[5]),
            let bytes = Data(base64Encoded: parts[6]), let text = String(validating: bytes, as: UTF8.self),
            !text.utf8.contains(0)
        else { throw Failure(.invalid, "This is no cursor for this order.", reason: "cursor_invalid") }
        after = SortKey(
            kind: kind, number: Double(bitPattern: bits), text: text, id: id, now: Date(milliseconds: now))
        order = parts[1]
    }

    var text: String {
        let bits = String(after.number.bitPattern, radix: 36)
        let text = Data(after.text.utf8).base64EncodedString()
        return "1.\(order).\(after.kind).\(bits).\(after.id.uuidString).\(after.now.milliseconds).\(text)"
    }

    /// FNV-1a; short, and without the dots of a metric's name.
    private static func order(_ sort: Sort, _ descending: Bool) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(descending) \(sort.tag)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 36)
    }
}
