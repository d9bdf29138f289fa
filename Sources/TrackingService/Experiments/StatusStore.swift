import Foundation
import Model
import Postgres

struct StatusStore: Sendable {
    struct Outcome: Sendable {
        let stateChanged: Bool
        let callsWait: Bool
    }

    let database: Database

    /// One round trip. `nil` when the experiment is gone.
    func apply(_ report: StatusReport, to place: ExperimentPlace) async throws -> Outcome? {
        switch report {
        case .beat: try await beat(place)
        case .error(let text): try await recordError(text, place)
        case .resume: try await change(place, Self.resumed, beats: true)
        case .end: try await change(place, Self.ended, beats: false)
        case .finish: try await change(place, Self.finished, beats: false)
        case .crash(let text):
            try await change(
                place, "state = 3, has_crashed = true, error = \(text), ended_at = now()", beats: false)
        }
    }

    private static let resumed: SQL = "state = 1, has_crashed = false, ended_at = NULL"
    private static let finished: SQL = "state = 2, has_crashed = false, ended_at = now()"
    /// A crashed run keeps its state and the time of the crash; a second end keeps the time of the first.
    private static let ended: SQL = """
        state = CASE state WHEN 3 THEN 3 ELSE 2 END,
        ended_at = CASE WHEN state IN (2, 3) THEN coalesce(ended_at, now()) ELSE now() END
        """

    /// The hot path: of a running experiment it writes nothing but the narrow row.
    private func beat(_ place: ExperimentPlace) async throws -> Outcome? {
        try await database.first(
            """
            WITH revived AS (
                UPDATE tracking.experiments SET state = 1, ended_at = NULL, updated_at = now()
                 WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid) AND state IN (2, 4)
                RETURNING 1),
            beat AS (\(beaten(place)))
            SELECT EXISTS (SELECT FROM revived), \(callsWait(place))
              FROM tracking.experiments
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, for: .these([place.workspace.uuid]), Outcome.init(row:))
    }

    private func recordError(_ text: String, _ place: ExperimentPlace) async throws -> Outcome? {
        try await database.first(
            """
            WITH told AS (
                UPDATE tracking.experiments SET error = \(text), updated_at = now()
                 WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
                RETURNING 1),
            beat AS (\(beaten(place)))
            SELECT true, \(callsWait(place)) FROM told
            """, for: .these([place.workspace.uuid]), Outcome.init(row:))
    }

    private func change(_ place: ExperimentPlace, _ assignments: SQL, beats: Bool) async throws -> Outcome? {
        let pulse: SQL =
            beats
            ? beaten(place)
            : """
            DELETE FROM tracking.beats
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
            """
        // A stop that the run did not hear of must not stop the next session.
        let expired: SQL =
            beats
            ? "SELECT 1"
            : """
            UPDATE tracking.rpc_calls SET delivered_at = now(), ended_at = now(), error = 'The run had ended.'
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
               AND delivered_at IS NULL
            """
        return try await database.first(
            """
            WITH changed AS (
                UPDATE tracking.experiments SET updated_at = now(), \(assignments)
                 WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
                RETURNING 1),
            pulse AS (\(pulse)),
            expired AS (\(expired))
            SELECT true, \(callsWait(place)) FROM changed
            """, for: .these([place.workspace.uuid]), Outcome.init(row:))
    }

    func setTimes(_ place: ExperimentPlace, started: Date?, ended: Date?) async throws {
        try await database.run(
            """
            UPDATE tracking.experiments
               SET started_at = coalesce(\(started as Date?), started_at),
                   ended_at = coalesce(\(ended as Date?), ended_at)
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, for: .these([place.workspace.uuid]))
    }

    /// Only what runs has a pulse.
    private func beaten(_ place: ExperimentPlace) -> SQL {
        """
        INSERT INTO tracking.beats (workspace_id, experiment_id)
        SELECT workspace_id, id FROM tracking.experiments
         WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
        ON CONFLICT ON CONSTRAINT beats_pkey DO UPDATE SET beat_at = now()
        """
    }

    private func callsWait(_ place: ExperimentPlace) -> SQL {
        """
        EXISTS (SELECT FROM tracking.rpc_calls
                 WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
                   AND delivered_at IS NULL)
        """
    }
}

extension StatusStore.Outcome {
    fileprivate init(row: inout Row) throws {
        (stateChanged, callsWait) = (try row.read(), try row.read())
    }
}
