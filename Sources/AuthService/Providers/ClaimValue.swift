import Foundation

/// A value of a JSON document that others have written.
enum ClaimValue: Sendable, Equatable, Decodable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case flag(Bool)
    case list([ClaimValue])
    case object([String: ClaimValue])
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([ClaimValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: ClaimValue].self))
        }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// Seconds since 1970.
    var time: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// A list of texts, or one text alone; `nil` for anything else.
    var texts: [String]? {
        switch self {
        case .text(let text): [text]
        case .list(let list): list.allSatisfy { $0.text != nil } ? list.compactMap(\.text) : nil
        default: nil
        }
    }

    /// What names a user: a text, or a number without a fraction.
    var name: String? {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        default: nil
        }
    }
}

/// What a provider says of somebody.
struct Claims: Sendable, Equatable {
    let values: [String: ClaimValue]

    init(_ values: [String: ClaimValue]) {
        self.values = values
    }

    /// `nil` unless the bytes are a JSON object.
    init?(json bytes: [UInt8]) {
        guard case .object(let values)? = try? JSONDecoder().decode(ClaimValue.self, from: Data(bytes)) else {
            return nil
        }
        self.values = values
    }

    /// By its name or, where there is none of it, by a path with dots: `realm_access.roles`.
    subscript(name: String) -> ClaimValue? {
        if let value = values[name] { return value == .null ? nil : value }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, case .object(let inner)? = values[parts[0]] else { return nil }
        return Claims(inner)[parts[1]]
    }

    func text(_ name: String) -> String? {
        guard let text = self[name]?.text, !text.isEmpty else { return nil }
        return text
    }

    /// With what `other` says besides; what is said here counts.
    func merging(_ other: Claims) -> Claims {
        Claims(values.merging(other.values) { mine, _ in mine })
    }
}

/// Base64url without padding (RFC 7515 §2): what has another letter, padding or a rest is none.
enum Base64URL {
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || byte == 0x2d || byte == 0x5f
        }
        guard isPlain, text.utf8.count % 4 != 1 else { return nil }
        let padded =
            text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
            + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map { Array($0) }
    }
}
