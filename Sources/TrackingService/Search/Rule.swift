import Foundation
import Model

/// What experiments are looked for by: rules, joined by AND and OR to any depth that is sensible.
indirect enum Condition: Sendable, Equatable {
    case rule(Rule)
    case all([Condition])
    case any([Condition])

    static let rulesMax = 200
    static let depthMax = 20

    var ruleCount: Int {
        switch self {
        case .rule: 1
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + $1.ruleCount }
        }
    }
}

/// One comparison. An experiment without the field matches `isNull` alone, but for tags, which it has or has not.
struct Rule: Sendable, Equatable {
    enum Source: String, Sendable {
        case metadata, metrics, params, other = "log_other", tag, environment = "env_details"
    }

    enum Operator: String, Sendable, CaseIterable {
        case equal, notEqual = "not_equal"
        case less, greaterOrEqual = "greater_or_equal", greater, lessOrEqual = "less_or_equal"
        case between, notBetween = "not_between"
        case contains, notContains = "not_contains"
        case beginsWith = "begins_with", notBeginsWith = "not_begins_with"
        case endsWith = "ends_with", notEndsWith = "not_ends_with"
        case isNull = "is_null", isNotNull = "is_not_null"
        case isEmpty = "is_empty", isNotEmpty = "is_not_empty"

        var operands: Int {
            switch self {
            case .between, .notBetween: 2
            case .isNull, .isNotNull, .isEmpty, .isNotEmpty: 0
            default: 1
            }
        }
    }

    enum Kind: String, Sendable { case string, boolean, double, datetime, timenumber }

    /// `nil`: inner groups of mixed rules lose it on their way; then whichever field of the name there is.
    let source: Source?
    let field: String
    let kind: Kind
    let test: Operator
    let values: [String]

    /// Throws `.invalid` for an unknown operator or too few values.
    init(source: String, field: String, type: String, test: String, values: [String]) throws(Failure) {
        try TextRule.check(field, "field of a rule", bytesMax: LoggedValue.nameBytesMax)
        for value in values { try TextRule.check(value, "value of a rule", bytesMax: LoggedValue.valueBytesMax) }
        guard let known = Operator(rawValue: test) else {
            throw Failure(.invalid, "There is no operator of this name.", reason: "operator_unknown")
        }
        let isTag = source == Source.tag.rawValue
        guard values.count >= known.operands || isTag else {
            throw Failure(.invalid, "The operator \(test) needs \(known.operands) values.")
        }
        (self.source, self.field) = (Source(rawValue: source), field)
        (self.kind, self.test, self.values) = (Kind(rawValue: type) ?? .string, known, values)
    }

    /// A value as a number: a decimal, true and false as 1 and 0, or a point in time as seconds since 1970.
    func number(_ value: String) -> Double? {
        if let number = LoggedValue.number(value) { return number }
        switch (kind, value.lowercased()) {
        case (.boolean, "true"): return 1
        case (.boolean, "false"): return 0
        case (.datetime, _): return Self.moment(value)
        default: return nil
        }
    }

    /// `YYYY-MM-DD[ HH:MM[:SS[.ffffff]]][+HH:MM]`, with `T` or a space between, UTC where nothing is said.
    static func moment(_ text: String) -> Double? {
        let form =
            /(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?(?:Z|([+-])(\d{2}):?(\d{2}))?/
        guard let match = text.wholeMatch(of: form), let year = Int(match.1), let month = Int(match.2),
            let day = Int(match.3), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let (hour, minute) = (match.4.flatMap { Double($0) } ?? 0, match.5.flatMap { Double($0) } ?? 0)
        let second = match.6.flatMap { Double($0) } ?? 0
        var zone = 0.0
        if let hours = match.8.flatMap({ Double($0) }), let minutes = match.9.flatMap({ Double($0) }) {
            zone = (hours * 60 + minutes) * (match.7 == "-" ? -60 : 60)
        }
        return Double(daysSince1970(year, month, day)) * 86400 + hour * 3600 + minute * 60 + second - zone
    }

    /// Howard Hinnant's `days_from_civil`.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
