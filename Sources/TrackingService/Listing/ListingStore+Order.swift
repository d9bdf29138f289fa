import Foundation
import Model
import Postgres

/// The parts that the statements of a listing are put together from: literals, with whatever the caller said bound.
extension ListingStore {
    static func values(_ detail: Listing.Detail) -> SQL {
        detail.values ? "coalesce(v.parameters, '{}'), coalesce(v.others, '{}')" : "NULL::jsonb, NULL::jsonb"
    }

    static func filter(_ query: Listing.Query) -> SQL {
        let project: SQL = query.project.map { "AND e.project_id = \($0.uuid)" } ?? ""
        let text: SQL =
            query.text.isEmpty
            ? ""
            : """
            AND (strpos(lower(e.name), lower(\(query.text))) > 0 OR starts_with(e.key, \(query.text))
                 OR strpos(lower(e.owner_name), lower(\(query.text))) > 0
                 OR EXISTS (SELECT FROM unnest(v.tags) AS tag WHERE strpos(lower(tag), lower(\(query.text))) > 0))
            """
        return "e.workspace_id = \(query.workspace.uuid) AND e.archived = \(query.archived) \(project) \(text)"
    }

    /// `kind`, `number` and `text` of a `SortKey`.
    static func key(_ sort: Sort, now: Date) -> SQL {
        switch sort {
        case .started: date("e.started_at")
        case .ended: date("e.ended_at")
        case .updated: date("e.updated_at")
        case .duration: number("extract(epoch FROM coalesce(e.ended_at, \(now)) - e.started_at)::float8")
        case .state: number("e.state::float8")
        case .name: text("lower(e.name)")
        case .owner: text("lower(e.owner_name)")
        case .metric(let name): number(MetricColumn.current(name))
        case .parameter(let name): value("v.parameters -> \(name)")
        case .other(let name): value("v.others -> \(name)")
        }
    }

    static func after(_ query: Listing.Query) -> SQL {
        guard let after = query.cursor?.after else { return "true" }
        return query.descending
            ? """
            (k.kind > \(after.kind) OR k.kind = \(after.kind)
                AND (k.number, k.text, k.id) < (\(after.number), \(after.text) COLLATE "C", \(after.id)))
            """
            : """
            (k.kind, k.number, k.text, k.id)
                > (\(after.kind), \(after.number), \(after.text) COLLATE "C", \(after.id))
            """
    }

    private static func date(_ column: SQL) -> SQL {
        number("extract(epoch FROM \(column))::float8")
    }

    private static func number(_ number: SQL) -> SQL {
        """
        CASE WHEN \(number) IS NULL THEN 2 ELSE 0 END AS kind, coalesce(\(number), 0) AS number,
        '' COLLATE "C" AS text
        """
    }

    private static func text(_ text: SQL) -> SQL {
        "1 AS kind, 0::float8 AS number, \(text) COLLATE \"C\" AS text"
    }

    private static func value(_ value: SQL) -> SQL {
        let (number, text) = (ValueColumn.number(value), ValueColumn.text(value))
        return """
            CASE WHEN \(number) IS NOT NULL THEN 0 WHEN (\(value)) IS NOT NULL THEN 1 ELSE 2 END AS kind,
            coalesce(\(number), 0) AS number,
            CASE WHEN \(number) IS NOT NULL THEN '' ELSE coalesce(\(text), '') END COLLATE "C" AS text
            """
    }
}

/// What other slices ask of the metrics' own table.
enum MetricColumn {
    /// The latest value of a metric in any context, of experiment `e`; NULL when it has none.
    static func current(_ name: String) -> SQL {
        """
        (SELECT s.current FROM tracking.metric_summaries s
          WHERE s.workspace_id = e.workspace_id AND s.experiment_id = e.id AND s.name = \(name)
          ORDER BY s.current_ms DESC, s.context LIMIT 1)
        """
    }
}
