import Postgres

/// Conditions as SQL over `tracking.experiments e` and its `experiment_values v`. Names and values are bound.
extension Condition {
    var sql: SQL {
        switch self {
        case .rule(let rule): rule.sql
        case .all(let parts): parts.isEmpty ? "true" : "(\(parts.map(\.sql).joined(separator: " AND ")))"
        case .any(let parts): parts.isEmpty ? "false" : "(\(parts.map(\.sql).joined(separator: " OR ")))"
        }
    }
}

extension Rule {
    fileprivate var sql: SQL {
        if source == .tag { return tagSQL }
        let column = source.map { RuleField.of($0, field) } ?? RuleField.anywhere(field)
        switch test {
        case .isNull: return "(\(column.text) IS NULL)"
        case .isNotNull: return "(\(column.text) IS NOT NULL)"
        case .isEmpty: return "(\(column.text) = '')"
        case .isNotEmpty: return "(\(column.text) <> '')"
        case .equal: return equal(column)
        case .notEqual: return not(equal(column), column)
        case .less: return compare(column, "<")
        case .lessOrEqual: return compare(column, "<=")
        case .greater: return compare(column, ">")
        case .greaterOrEqual: return compare(column, ">=")
        case .between: return between(column)
        case .notBetween: return not(between(column), column)
        case .contains: return "(strpos(\(column.text), \(value(0))) > 0)"
        case .notContains: return "(strpos(\(column.text), \(value(0))) = 0)"
        case .beginsWith: return "starts_with(\(column.text), \(value(0)))"
        case .notBeginsWith: return "(NOT starts_with(\(column.text), \(value(0))))"
        case .endsWith: return endsWith(column)
        case .notEndsWith: return "(NOT \(endsWith(column)))"
        }
    }

    /// The tag is the field and the value; a negated operator asks for those without it.
    private var tagSQL: SQL {
        let tag = values.first.flatMap { $0.isEmpty ? nil : $0 } ?? field
        let has: SQL = "coalesce(\(tag) = ANY (v.tags), false)"
        switch test {
        case .notEqual, .notContains, .notBeginsWith, .notEndsWith, .notBetween, .isNull, .isEmpty:
            return "(NOT \(has))"
        default: return has
        }
    }

    private func value(_ index: Int) -> String {
        index < values.count ? values[index] : ""
    }

    private func equal(_ column: RuleField) -> SQL {
        guard let number = number(value(0)) else { return "(\(column.text) = \(value(0)))" }
        let spelling: String = kind == .boolean ? (number == 0 ? "false" : "true") : value(0)
        let spelled: SQL =
            kind == .boolean ? "lower(\(column.text)) = \(spelling)" : "\(column.text) = \(spelling)"
        return "coalesce(\(column.number) = \(number), \(spelled))"
    }

    private func compare(_ column: RuleField, _ test: SQL) -> SQL {
        guard let number = number(value(0)) else {
            return kind == .string ? "(\(column.text) COLLATE \"C\" \(test) \(value(0)))" : "false"
        }
        return "(\(column.number) \(test) \(number))"
    }

    private func between(_ column: RuleField) -> SQL {
        guard let low = number(value(0)), let high = number(value(1)) else {
            return "(\(column.text) COLLATE \"C\" BETWEEN \(value(0)) AND \(value(1)))"
        }
        return "(\(column.number) BETWEEN \(low) AND \(high))"
    }

    private func endsWith(_ column: RuleField) -> SQL {
        "(right(\(column.text), length(\(value(0)))) = \(value(0)))"
    }

    /// Of those that have the field.
    private func not(_ test: SQL, _ column: RuleField) -> SQL {
        "(\(column.text) IS NOT NULL AND NOT coalesce(\(test), false))"
    }
}

/// One field of an experiment, as text and as number; both NULL when it has none, the number also when it is none.
private struct RuleField {
    let text: SQL
    let number: SQL

    static func of(_ source: Rule.Source, _ name: String) -> RuleField {
        switch source {
        case .metadata:
            MetadataField(rawValue: name).map(metadata) ?? RuleField(text: "NULL::text", number: "NULL::float8")
        case .metrics: metric(name)
        case .params: logged("v.parameters -> \(name)")
        case .other: other(name)
        case .environment: environment(name)
        case .tag: tag(name)
        }
    }

    /// The first of all that the experiment has.
    static func anywhere(_ name: String) -> RuleField {
        let all = [
            MetadataField(rawValue: name).map(metadata), metric(name), logged("v.parameters -> \(name)"), other(name),
            tag(name), environment(name),
        ].compactMap(\.self)
        return RuleField(
            text: "coalesce(\(all.map(\.text).joined(separator: ", ")))",
            number: "coalesce(\(all.map(\.number).joined(separator: ", ")))")
    }

    /// Not a number is neither less nor greater than anything.
    private static func metric(_ name: String) -> RuleField {
        let current = MetricColumn.current(name)
        return RuleField(text: "(\(current))::text", number: "nullif(\(current), 'NaN')")
    }

    private static func logged(_ value: SQL) -> RuleField {
        RuleField(text: ValueColumn.text(value), number: ValueColumn.number(value))
    }

    private static func other(_ name: String) -> RuleField {
        name == "Name" ? RuleField(text: "e.name", number: "NULL::float8") : logged("v.others -> \(name)")
    }

    private static func tag(_ name: String) -> RuleField {
        RuleField(text: "CASE WHEN \(name) = ANY (v.tags) THEN \(name) END", number: "NULL::float8")
    }

    private static func environment(_ name: String) -> RuleField {
        let value: SQL = """
            (SELECT s.details -> \(name) FROM tracking.system_details s
              WHERE s.workspace_id = e.workspace_id AND s.experiment_id = e.id)
            """
        return RuleField(
            text: "(\(value) #>> '{}')",
            number: "CASE WHEN jsonb_typeof(\(value)) = 'number' THEN (\(value))::float8 END")
    }

    private static func metadata(_ field: MetadataField) -> RuleField {
        switch field {
        case .runId: text("e.id::text")
        case .experimentKey: text("e.key COLLATE \"default\"")
        case .userName: text("e.owner_name")
        case .fileName: text("nullif(e.file_name, '')")
        case .filePath: text("nullif(e.file_path, '')")
        case .optimizationId: text(ValueColumn.text("v.others -> 'optimizer_id'"))
        case .codeSHA: text("(\(document("git_metadata"))::jsonb ->> 'parent')")
        case .installedPackages: text("(\(environment("installedPackages").text))")
        case .start: number("extract(epoch FROM e.started_at)::float8")
        case .end: number("extract(epoch FROM e.ended_at)::float8")
        case .lastMessage: number("extract(epoch FROM e.updated_at)::float8")
        case .duration: number("extract(epoch FROM coalesce(e.ended_at, now()) - e.started_at)::float8")
        case .runActive: number("(e.state = 1)::int::float8")
        case .hasNotes: number("(coalesce(\(document("notes")), '') <> '')::int::float8")
        case .hasHtml: number("(coalesce(\(document("html")), '') <> '')::int::float8")
        }
    }

    private static func text(_ text: SQL) -> RuleField { RuleField(text: text, number: "NULL::float8") }

    private static func number(_ number: SQL) -> RuleField { RuleField(text: "(\(number))::text", number: number) }

    private static func document(_ kind: String) -> SQL {
        """
        (SELECT d.content FROM tracking.documents d
          WHERE d.workspace_id = e.workspace_id AND d.experiment_id = e.id AND d.kind = \(kind))
        """
    }
}
