import Foundation
import Model
import Postgres

struct SearchStore: Sendable {
    let database: Database

    func keys(_ query: Search.Query) async throws -> [String] {
        try await database.rows(
            """
            SELECT e.key
              FROM tracking.experiments e
              LEFT JOIN tracking.experiment_values v ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
             WHERE e.workspace_id = \(query.workspace.uuid) AND e.project_id = \(query.project.uuid)
               AND e.archived = \(query.archived) AND \(query.condition.sql)
             ORDER BY e.started_at DESC, e.id DESC
             LIMIT \(query.limit) OFFSET \(query.offset)
            """, for: .one(query.workspace.uuid)
        ) { row in try row.read(String.self) }
    }

    /// A column is a number when any experiment has one there; those that hold text do not match comparisons.
    func columns(of project: ID<Project>, in workspace: ID<Workspace>) async throws -> [Search.Column] {
        try await database.rows(
            """
            WITH seen AS MATERIALIZED (
                SELECT e.id, v.parameters, v.others, v.tags
                  FROM tracking.experiments e
                  LEFT JOIN tracking.experiment_values v ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
                 WHERE e.workspace_id = \(workspace.uuid) AND e.project_id = \(project.uuid)),
            logged AS (
                SELECT 'params' AS source, p.key, p.value FROM seen, jsonb_each(seen.parameters) AS p
                 WHERE p.key <> ''
                UNION ALL
                SELECT 'log_other', o.key, o.value FROM seen, jsonb_each(seen.others) AS o
                 WHERE o.key <> '')
            SELECT key, CASE WHEN bool_or(\(ValueColumn.number("value")) IS NOT NULL) THEN 'double'
                             WHEN bool_and(lower(\(ValueColumn.text("value"))) IN ('true', 'false')) THEN 'boolean'
                             ELSE 'string' END, source
              FROM logged GROUP BY source, key
            UNION ALL
            SELECT DISTINCT s.name COLLATE "default", 'double', 'metrics'
              FROM tracking.metric_summaries s
             WHERE s.workspace_id = \(workspace.uuid) AND s.experiment_id IN (SELECT id FROM seen)
            UNION ALL
            SELECT DISTINCT tag, 'string', 'tag' FROM seen, unnest(seen.tags) AS tag
            UNION ALL
            SELECT d.key, CASE WHEN bool_and(jsonb_typeof(d.value) = 'number') THEN 'double' ELSE 'string' END,
                   'env_details'
              FROM tracking.system_details s, jsonb_each(s.details) AS d
             WHERE s.workspace_id = \(workspace.uuid) AND s.experiment_id IN (SELECT id FROM seen)
               AND jsonb_typeof(d.value) IN ('string', 'number', 'boolean')
             GROUP BY d.key
            """, for: .one(workspace.uuid)
        ) { row in Search.Column(name: try row.read(), type: try row.read(), source: try row.read()) }
        .sorted { ($0.source, $0.name) < ($1.source, $1.name) }
    }
}
