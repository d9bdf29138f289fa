import Foundation
import Model
import Postgres

struct RemoteCallStore: Sendable {
    enum Inserted: Int, Sendable { case inserted = 0, functionUnknown, full }

    struct Result: Sendable {
        let call: UUID
        let text: String
        let error: String
        let stackTrace: String
        let endedAt: Date
    }

    let database: Database

    func upsert(_ function: RemoteFunction, on place: ExperimentPlace) async throws {
        let statement: SQL = """
            INSERT INTO tracking.rpc_functions (workspace_id, experiment_id, name, documentation, arguments)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(function.name), \(function.documentation),
                    \(function.arguments))
            ON CONFLICT ON CONSTRAINT rpc_functions_pkey
            DO UPDATE SET documentation = excluded.documentation, arguments = excluded.arguments
            """
        _ = try await refusals { try await database.run(statement, for: .one(place.workspace.uuid)) }
    }

    func insert(
        _ call: RemoteCall, by permit: Permit, on place: ExperimentPlace, waitingMax: Int
    ) async throws -> Inserted {
        let arguments = JSON(TextObject.encode(call.arguments))
        return try await refusals {
            try await database.first(
                """
                WITH offered AS (
                    SELECT \(call.isBuiltIn) OR EXISTS (
                        SELECT FROM tracking.rpc_functions
                         WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
                           AND name = \(call.function)) AS yes),
                waiting AS (
                    SELECT count(*) AS number FROM tracking.rpc_calls
                     WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
                       AND delivered_at IS NULL),
                made AS (
                    INSERT INTO tracking.rpc_calls
                           (workspace_id, experiment_id, id, caller_id, caller_name, function, built_in, arguments)
                    SELECT \(place.workspace.uuid), \(place.id.uuid), \(call.id), \(permit.principal.uuid),
                           \(permit.name), \(call.function), \(call.isBuiltIn), \(arguments)
                      FROM offered, waiting WHERE offered.yes AND waiting.number < \(waitingMax))
                SELECT CASE WHEN NOT offered.yes THEN 1 WHEN waiting.number >= \(waitingMax) THEN 2 ELSE 0 END::int8
                  FROM offered, waiting
                """, for: .one(place.workspace.uuid)
            ) { row in Inserted(rawValue: try row.read()) ?? .full }
        } ?? .full
    }

    func deliver(on place: ExperimentPlace) async throws -> [RemoteCall] {
        try await database.rows(
            """
            UPDATE tracking.rpc_calls
               SET delivered_at = coalesce(delivered_at, now()),
                   ended_at = CASE WHEN built_in THEN coalesce(ended_at, now()) ELSE ended_at END
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
               AND (delivered_at IS NULL
                    OR delivered_at > now() - interval '5 seconds' AND (ended_at IS NULL OR built_in))
            RETURNING \(RemoteCall.columns)
            """, for: .one(place.workspace.uuid), RemoteCall.init(row:)
        ).sorted { $0.createdAt < $1.createdAt }
    }

    /// Answers whether there is such a call.
    func save(_ result: Result, on place: ExperimentPlace) async throws -> Bool {
        try await database.first(
            """
            WITH saved AS (
                UPDATE tracking.rpc_calls
                   SET result = \(result.text), error = \(result.error), stack_trace = \(result.stackTrace),
                       ended_at = \(result.endedAt), delivered_at = coalesce(delivered_at, now())
                 WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
                   AND id = \(result.call) AND ended_at IS NULL)
            SELECT true FROM tracking.rpc_calls
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid) AND id = \(result.call)
            """, for: .one(place.workspace.uuid)
        ) { row in try row.read(Bool.self) } ?? false
    }

    func functions(of place: ExperimentPlace) async throws -> [RemoteFunction] {
        try await database.rows(
            """
            SELECT name, documentation, arguments FROM tracking.rpc_functions
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid) ORDER BY name
            """, for: .one(place.workspace.uuid)
        ) { row in
            try RemoteFunction(name: try row.read(), documentation: try row.read(), arguments: try row.read())
        }
    }

    func calls(of place: ExperimentPlace, limit: Int) async throws -> [RemoteCall] {
        try await database.rows(
            """
            SELECT \(RemoteCall.columns) FROM tracking.rpc_calls
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid)
             ORDER BY id DESC LIMIT \(limit)
            """, for: .one(place.workspace.uuid), RemoteCall.init(row:))
    }
}

extension RemoteCall {
    fileprivate static let columns: SQL = """
        id, caller_name, function, built_in, arguments, created_at, ended_at, result, error
        """

    fileprivate init(row: inout Row) throws {
        self.init(
            id: try row.read(), caller: try row.read(), function: try row.read(), isBuiltIn: try row.read(),
            arguments: TextObject.decode(try row.read(JSON.self).text), createdAt: try row.read(),
            endedAt: try row.read(), result: try row.read(), error: try row.read())
    }
}
