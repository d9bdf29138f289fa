import HotJSON
import Model
import SwiftProtobuf
import WireMessages

/// Of the filters of RFC 7644 §3.4.2.2 those that find resources, or values of a list, by attributes that are equal to
/// something, begin with it, hold it, or are there; joined by `and`.
struct ScimFilter: Sendable, Equatable {
    static let bytesMax = 1000
    static let termsMax = 10

    enum Comparison: String, Sendable { case eq, sw, co, pr }

    struct Term: Sendable, Equatable {
        /// In lower case, without the schema's name before it.
        let attribute: String
        let comparison: Comparison
        /// `null` where none is needed.
        let value: JSONValue

        fileprivate func holds(for found: JSONValue?) -> Bool {
            guard case .string(let one)? = found, case .string(let other) = value else {
                return comparison == .pr ? found != nil : (found ?? .bool(false)) == value
            }
            // As most of SCIM's text it is one whatever its case.
            let (text, key) = (one.lowercased(), other.lowercased())
            return switch comparison {
            case .eq: text == key
            case .sw: text.hasPrefix(key)
            case .co: text.contains(key)
            case .pr: true
            }
        }
    }

    let terms: [Term]

    /// Throws `.invalid` (`filter_invalid`) for all others.
    init(_ text: String) throws(Failure) {
        guard text.utf8.count <= Self.bytesMax else { throw Self.refusal }
        var scanner = Scanner(text)
        var terms: [Term] = []
        repeat {
            guard let attribute = scanner.word(),
                let comparison = Comparison(rawValue: (scanner.word() ?? "").lowercased())
            else { throw Self.refusal }
            let value = comparison == .pr ? .null : scanner.value()
            guard let value else { throw Self.refusal }
            terms.append(
                Term(attribute: ScimName.bare(attribute).lowercased(), comparison: comparison, value: value))
        } while scanner.word()?.lowercased() == "and"
        guard scanner.isAtEnd, terms.count <= Self.termsMax else { throw Self.refusal }
        self.terms = terms
    }

    /// Whether an item of a list is meant.
    func matches(_ item: JSONValue) -> Bool {
        guard case .object(let object) = item else { return false }
        return terms.allSatisfy { term in
            term.holds(for: object.members.last { $0.name.lowercased() == term.attribute }?.value)
        }
    }

    var wire: [ProvisionedTerm] {
        terms.map { term in
            .with {
                ($0.attribute, $0.comparison, $0.value) = (term.attribute, term.comparison.rawValue, term.value.shown)
            }
        }
    }

    private static let refusal = Failure(
        .invalid, "Filters are terms such as userName eq \"ada\", with eq, sw, co or pr, joined by and.",
        reason: "filter_invalid")
}

/// Reads a filter from left to right.
private struct Scanner {
    private var rest: Substring
    /// What a word was read as that may have been the end.
    private(set) var isAtEnd = false

    init(_ text: String) { rest = text[...] }

    mutating func word() -> String? {
        rest = rest.drop { $0 == " " }
        let word = rest.prefix { $0 != " " && $0 != "\"" }
        rest = rest.dropFirst(word.count)
        isAtEnd = word.isEmpty && rest.isEmpty
        return word.isEmpty ? nil : String(word)
    }

    mutating func value() -> JSONValue? {
        rest = rest.drop { $0 == " " }
        guard rest.first == "\"" else {
            switch word()?.lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: return nil
            }
        }
        var (isEscaped, isClosed, length) = (false, false, 1)
        for character in rest.dropFirst() {
            length += 1
            if character == "\"", !isEscaped {
                isClosed = true
                break
            }
            isEscaped = character == "\\" && !isEscaped
        }
        let literal = Array(rest.prefix(length).utf8)
        rest = rest.dropFirst(length)
        guard isClosed, case .string(let text)? = try? literal.withUnsafeBytes({ try JSONParser.parse($0) }) else {
            return nil
        }
        return .string(text)
    }
}
