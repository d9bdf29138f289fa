import Foundation
import Model
import Postgres

extension Run {
    /// As it is right after its start.
    init(_ draft: Draft, at place: ExperimentPlace, by permit: Permit, updatedAt: Date) {
        self.place = place
        (name, state, offline) = (draft.name, .running, draft.offline)
        (hasCrashed, error, archived, fileName, filePath) = (false, "", false, "", "")
        (owner, ownerName) = (permit.principal, permit.name)
        (startedAt, endedAt, self.updatedAt) = (draft.startedAt, nil, updatedAt)
        (tags, optimization) = ([], "")
    }

    /// Of `tracking.experiments e`; `joinedColumns` follow in every list.
    static let columns: SQL = """
        e.workspace_id, e.project_id, e.id, e.key, e.name, e.state::int8, e.has_crashed, e.error, e.archived, e.offline,
        e.owner_id, e.owner_name, e.file_name, e.file_path, e.started_at, e.ended_at, e.updated_at
        """
    static let joinedColumns: SQL = """
        coalesce(v.tags, '{}'), coalesce(v.others -> 'optimizer_id' ->> 'v', ''), b.beat_at
        """
    static let joins: SQL = """
        LEFT JOIN tracking.experiment_values v ON v.workspace_id = e.workspace_id AND v.experiment_id = e.id
        LEFT JOIN tracking.beats b ON b.workspace_id = e.workspace_id AND b.experiment_id = e.id
        """

    init(row: inout Row) throws {
        place = ExperimentPlace(
            workspace: ID(try row.read()), project: ID(try row.read()), id: ID(try row.read()), key: try row.read())
        name = try row.read()
        state = State(rawValue: try row.read()) ?? .lost
        (hasCrashed, error, archived, offline) = (try row.read(), try row.read(), try row.read(), try row.read())
        (owner, ownerName) = (ID(try row.read()), try row.read())
        (fileName, filePath) = (try row.read(), try row.read())
        (startedAt, endedAt) = (try row.read(), try row.read())
        let updated = try row.read(Date.self)
        (tags, optimization) = (try row.read(), try row.read())
        updatedAt = max(updated, try row.read(Date?.self) ?? updated)
    }
}
