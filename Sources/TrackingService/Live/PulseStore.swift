import Foundation
import Model
import Postgres

struct PulseStore: Sendable {
    let database: Database

    /// Beats for those that run; those given up for lost run again; of those that ended only the last message is noted.
    func write(_ batch: [Pulse.Seen]) async throws {
        let (workspaces, experiments) = (batch.map(\.workspace), batch.map(\.experiment))
        let tenants = Tenants.these(Array(Set(workspaces)))
        try await database.run(
            [
                """
                WITH heard AS MATERIALIZED (\(Self.found(workspaces, experiments, "state <> 1")))
                UPDATE tracking.experiments e
                   SET updated_at = now(),
                       ended_at = CASE e.state WHEN 4 THEN NULL ELSE e.ended_at END,
                       state = CASE e.state WHEN 4 THEN 1 ELSE e.state END
                  FROM heard
                 WHERE e.workspace_id = heard.workspace_id AND e.id = heard.id AND e.state <> 1
                """,
                """
                INSERT INTO tracking.beats (workspace_id, experiment_id)
                \(Self.found(workspaces, experiments, "state = 1"))
                 ORDER BY e.workspace_id, e.id
                ON CONFLICT ON CONSTRAINT beats_pkey DO UPDATE SET beat_at = now()
                """,
            ], for: tenants)
    }

    /// Each looked up by itself. As a join, and planned while the table was empty, this compares each with all.
    private static func found(_ workspaces: [UUID], _ experiments: [UUID], _ condition: SQL) -> SQL {
        """
        SELECT e.workspace_id, e.id
          FROM unnest(\(workspaces), \(experiments)) AS seen (workspace_id, id)
         CROSS JOIN LATERAL (
               SELECT workspace_id, id FROM tracking.experiments
                WHERE workspace_id = seen.workspace_id AND id = seen.id AND \(condition)
                LIMIT 1) e
        """
    }

    /// Experiments of any tenant whose last beat is older than `silence`. The beats alone; their tenants' rows are
    /// touched by `giveUp`, under row-level security.
    func silent(for silence: Duration, limit: Int) async throws -> [Pulse.Seen] {
        try await database.rows(
            """
            SELECT workspace_id, experiment_id FROM tracking.beats
             WHERE beat_at < now() - make_interval(secs => \(silence.seconds))
             ORDER BY beat_at LIMIT \(limit)
            """, for: .none
        ) { row in Pulse.Seen(workspace: try row.read(), experiment: try row.read()) }
    }

    /// Calls them lost as of their last beat, unless they were heard of in between. Answers those that it did.
    func giveUp(_ silent: [Pulse.Seen], after silence: Duration) async throws -> [ExperimentPlace] {
        let (workspaces, experiments) = (silent.map(\.workspace), silent.map(\.experiment))
        return try await database.rows(
            """
            WITH dead AS (
                DELETE FROM tracking.beats b
                 USING unnest(\(workspaces), \(experiments)) AS silent (workspace_id, id)
                 WHERE b.workspace_id = silent.workspace_id AND b.experiment_id = silent.id
                   AND b.beat_at < now() - make_interval(secs => \(silence.seconds))
                RETURNING b.workspace_id, b.experiment_id, b.beat_at)
            UPDATE tracking.experiments e
               SET state = 4, ended_at = dead.beat_at, updated_at = greatest(e.updated_at, dead.beat_at)
              FROM dead
             WHERE e.workspace_id = dead.workspace_id AND e.id = dead.experiment_id AND e.state = 1
            RETURNING e.workspace_id, e.project_id, e.id, e.key
            """, for: .these(Array(Set(workspaces)))
        ) { row in
            ExperimentPlace(
                workspace: ID(try row.read()), project: ID(try row.read()), id: ID(try row.read()),
                key: try row.read())
        }
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
