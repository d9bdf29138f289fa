/// An API key, as its holder has it: a tag such as `hlyu_`, 8 characters that name it, 30 secret ones, and 6 of CRC-32,
/// all but the tag in Base62; 49 in all. The tag makes a leaked key findable, the checksum makes a mistyped one
/// refusable without asking anybody. 30 characters of Base62 are 178 bits.
public struct KeyText: Sendable, Equatable {
    public static let length = 49

    /// What a key is for; its tag tells, so that who finds one knows how bad it is.
    public enum Kind: String, Sendable, CaseIterable {
        case person, serviceAccount
        /// Logs and does nothing else.
        case ingest
        /// Keeps people and groups for a provider (SCIM), and does nothing else.
        case provisioning

        public var tag: String {
            switch self {
            case .person: "hlyu_"
            case .serviceAccount: "hlys_"
            case .ingest: "hlyi_"
            case .provisioning: "hlyc_"
            }
        }
    }

    public let kind: Kind
    /// What names the key: no secret.
    public let id: String
    public let secret: String

    /// A new key, from the system's generator.
    public static func fresh(_ kind: Kind = .person) -> KeyText {
        KeyText(kind, id: random(8), secret: random(30))
    }

    private init(_ kind: Kind, id: String, secret: String) {
        self.kind = kind
        self.id = id
        self.secret = secret
    }

    /// From whatever a client presents: alone, after `Bearer`, or followed by `*` and the address of its server.
    /// All forms of one key give the same value; `nil` when the tag, the length, the alphabet or the checksum is wrong.
    public init?(presented: String) {
        var bytes = presented.utf8.prefix { $0 != UInt8(ascii: "*") }
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        if bytes.count > Self.length, Substring(bytes.prefix(7)).lowercased() == "bearer " {
            bytes = bytes.dropFirst(7).drop { $0 == 0x20 }
        }
        self.init(bytes: bytes)
    }

    /// A key alone.
    init?(bytes: some BidirectionalCollection<UInt8>) {
        guard bytes.count == Self.length, let kind = Kind.allCases.first(where: { bytes.starts(with: $0.tag.utf8) }),
            bytes.dropFirst(5).allSatisfy(Self.isInAlphabet),
            Self.isChecksum(bytes.suffix(6), of: bytes.prefix(43))
        else { return nil }
        self.kind = kind
        id = String(decoding: bytes.dropFirst(5).prefix(8), as: UTF8.self)
        secret = String(decoding: bytes.dropFirst(13).prefix(30), as: UTF8.self)
    }

    public var text: String {
        let body = kind.tag + id + secret
        return body + Self.checksum(body.utf8)
    }

    public var lastFour: String { String(text.suffix(4)) }

    /// What may be shown of it afterwards: `hlyu_AAAAAAAA…zzzz`.
    public static func hint(_ kind: Kind, id: String, lastFour: String) -> String {
        kind.tag + id + "…" + lastFour
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func isInAlphabet(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func random(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return text((0..<count).map { _ in Int.random(in: 0..<62, using: &generator) })
    }

    /// Six digits, the highest first: 62^6 is more than 2^32.
    private static func checksum(_ bytes: some Sequence<UInt8>) -> String {
        var (rest, digits) = (Int(CRC32.sum(bytes)), [Int]())
        for _ in 0..<6 {
            digits.append(rest % 62)
            rest /= 62
        }
        return text(digits.reversed())
    }

    private static func isChecksum(
        _ digits: some BidirectionalCollection<UInt8>, of bytes: some Sequence<UInt8>
    ) -> Bool {
        var rest = Int(CRC32.sum(bytes))
        for digit in digits.reversed() {
            guard digit == alphabet[rest % 62] else { return false }
            rest /= 62
        }
        return true
    }

    private static func text(_ digits: [Int]) -> String {
        String(decoding: digits.map { alphabet[$0] }, as: UTF8.self)
    }
}

extension KeyText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(kind.tag)\(id)***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
