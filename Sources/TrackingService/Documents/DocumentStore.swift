import Foundation
import Model
import Postgres

struct DocumentStore: Sendable {
    let database: Database

    func replace(_ kind: Document.Kind, with content: String, of place: ExperimentPlace) async throws {
        let checked: SQL = kind.isJSON ? "(\(content)::jsonb)::text" : "\(content)"
        try await write(
            """
            INSERT INTO tracking.documents (workspace_id, experiment_id, kind, content)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(kind.name), \(checked))
            ON CONFLICT ON CONSTRAINT documents_pkey
            DO UPDATE SET content = excluded.content, tokens = '{}', updated_at = now()
            """, place)
    }

    /// Remembers the last 64 tokens.
    func append(_ content: String, token: String, to kind: Document.Kind, of place: ExperimentPlace) async throws {
        let tokens = token.isEmpty ? [] : [token]
        try await write(
            """
            INSERT INTO tracking.documents AS x (workspace_id, experiment_id, kind, content, tokens)
            VALUES (\(place.workspace.uuid), \(place.id.uuid), \(kind.name), \(content), \(tokens))
            ON CONFLICT ON CONSTRAINT documents_pkey
            DO UPDATE SET content = x.content || excluded.content, updated_at = now(),
                          tokens = (x.tokens || excluded.tokens)[greatest(1, cardinality(x.tokens) - 62):]
             WHERE NOT x.tokens && excluded.tokens
            """, place)
    }

    func find(_ kind: Document.Kind, of place: ExperimentPlace) async throws -> String? {
        try await database.first(
            """
            SELECT content FROM tracking.documents
             WHERE workspace_id = \(place.workspace.uuid) AND experiment_id = \(place.id.uuid) AND kind = \(kind.name)
            """, for: .one(place.workspace.uuid)
        ) { row in try row.read(String.self) }
    }

    func setPath(_ path: String, fileName: String, of place: ExperimentPlace) async throws {
        try await write(
            """
            UPDATE tracking.experiments SET file_path = \(path), file_name = \(fileName)
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, place)
    }

    func findPath(of place: ExperimentPlace) async throws -> String? {
        try await database.first(
            """
            SELECT nullif(file_path, '') FROM tracking.experiments
             WHERE workspace_id = \(place.workspace.uuid) AND id = \(place.id.uuid)
            """, for: .one(place.workspace.uuid)
        ) { row in try row.read(String?.self) } ?? nil
    }

    private func write(_ statement: SQL, _ place: ExperimentPlace) async throws {
        _ = try await refusals { try await database.run(statement, for: .one(place.workspace.uuid), commit: .joint) }
    }
}
