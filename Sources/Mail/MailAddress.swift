/// An address that mail is sent to or from, in the plain form that every relay takes: `local@domain`, ASCII without
/// quotes (RFC 5321 §4.1.2 without quoted strings and address literals).
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    public static let bytesMax = 254
    static let localBytesMax = 64

    public let text: String
    public let domain: String

    /// `nil` for whatever is not plainly an address; nothing that could end a line or an argument is.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.bytesMax, parts.count == 2, parts[0].utf8.count <= Self.localBytesMax else {
            return nil
        }
        let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isAtomText) }) else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy(Self.isLabel) else { return nil }
        self.text = text
        domain = parts[1].lowercased()
    }

    public var description: String { text }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2d }
    }

    static func isAtomText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}

/// Who a mail is from: an address, and perhaps how it is shown.
public struct Mailbox: Sendable, Hashable {
    static let nameMax = 100

    public let name: String
    public let address: MailAddress

    /// From `halley@example.org` or `Halley <halley@example.org>`.
    public init?(_ text: String) {
        let (name, address): (Substring, Substring)
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            (name, address) = (text[..<open], text[text.index(after: open)...].dropLast())
        } else {
            (name, address) = ("", text[...])
        }
        guard let address = MailAddress(String(address)), name.count <= Self.nameMax,
            !name.contains(where: "<>".contains)
        else { return nil }
        let trimmed = name.drop { $0 == " " || $0 == "\"" }.reversed().drop { $0 == " " || $0 == "\"" }.reversed()
        (self.name, self.address) = (String(trimmed), address)
    }
}
