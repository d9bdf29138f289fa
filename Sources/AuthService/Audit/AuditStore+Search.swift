import Foundation
import Model
import Postgres

/// Reading the log.
extension AuditStore {
    /// The newest first, of these chains. Planned for the values at hand: which index serves a filter best depends on
    /// them.
    func list(
        _ search: AuditSearch, in chains: [UUID], after cursor: AuditCursor?, limit: Int
    ) async throws -> [AuditEntry] {
        let page: SQL =
            cursor.map {
                // The first condition is what an index serves behind row-level security.
                """
                time_us <= \($0.time)
                   AND (time_us, workspace_id, sequence) < (\($0.time), \($0.workspace), \($0.sequence))
                """
            } ?? "true"
        let within: SQL = chains.count == 1 ? "workspace_id = \(chains[0])" : "workspace_id = ANY (\(chains))"
        let sql: SQL = """
            SELECT \(AuditEntry.columns) FROM auth.audit
             WHERE \(within) AND \(Self.conditions(search)) AND \(page)
             ORDER BY time_us DESC, workspace_id DESC, sequence DESC LIMIT \(limit)
            """
        return try await database.transaction(for: .these(chains)) { transaction in
            try await transaction.rows(sql, AuditEntry.init(row:))
        }
    }

    /// The oldest first, above `after`, of one chain.
    func page(
        _ search: AuditSearch = AuditSearch(), in workspace: ID<Workspace>?, after: Int64, limit: Int
    ) async throws -> [AuditEntry] {
        let key = workspace?.uuid ?? .none
        return try await database.rows(
            """
            SELECT \(AuditEntry.columns) FROM auth.audit
             WHERE workspace_id = \(key) AND sequence > \(after) AND \(Self.conditions(search))
             ORDER BY sequence LIMIT \(limit)
            """, for: .one(key), AuditEntry.init(row:))
    }

    /// Every chain; the nil UUID is the instance.
    func chains() async throws -> [UUID] {
        try await database.rows("SELECT workspace_id FROM auth.audit_chains ORDER BY 1", for: .none) { row in
            try row.read()
        }
    }

    /// The last row of each.
    func heads(of chains: [UUID]) async throws -> [UUID: AuditHead] {
        try await byChain(chains) { part in
            """
            SELECT c.workspace_id, a.sequence, a.hash
              FROM unnest(\(part)) AS c (workspace_id) CROSS JOIN LATERAL (
                   SELECT sequence, hash FROM auth.audit
                    WHERE workspace_id = c.workspace_id ORDER BY sequence DESC LIMIT 1) a
            """
        }
    }

    /// What stands at these places now, by workspace.
    func hashes(of places: [UUID: AuditHead]) async throws -> [UUID: [UInt8]] {
        try await byChain(Array(places.keys)) { part in
            """
            SELECT a.workspace_id, a.sequence, a.hash
              FROM unnest(\(part), \(part.map { places[$0]?.sequence ?? 0 })) AS p (workspace_id, sequence)
              JOIN auth.audit a ON a.workspace_id = p.workspace_id AND a.sequence = p.sequence
            """
        }.mapValues(\.hash)
    }

    private func byChain(_ chains: [UUID], _ sql: ([UUID]) -> SQL) async throws -> [UUID: AuditHead] {
        var (found, rest) = ([UUID: AuditHead](), chains[...])
        while !rest.isEmpty {
            let part = Array(rest.prefix(500))
            rest = rest.dropFirst(500)
            let rows = try await database.rows(sql(part), for: .these(part)) { row in
                (try row.read(UUID.self), AuditHead(sequence: try row.read(), hash: try row.read()))
            }
            for (workspace, head) in rows { found[workspace] = head }
        }
        return found
    }

    private static func conditions(_ search: AuditSearch) -> SQL {
        var parts: [SQL] = []
        switch search.actor {
        case .id(let id): parts.append("actor_id = \(id)")
        case .name(let name): parts.append("actor = \(name)")
        case nil: break
        }
        switch search.deed {
        case .action(let action): parts.append("action = \(action)")
        case .noun(let noun): parts.append("noun = \(noun)")
        case nil: break
        }
        if let object = search.object { parts.append("object = \(object)") }
        switch search.outcome {
        case .refused: parts.append("outcome = 'refused'")
        case .ok: parts.append("outcome = 'ok'")
        case nil: break
        }
        if let from = search.from { parts.append("time_us >= \(from)") }
        if let to = search.to { parts.append("time_us < \(to)") }
        if let credential = search.credential { parts.append("credential_id = \(credential.uuid)") }
        return parts.isEmpty ? "true" : parts.joined(separator: " AND ")
    }
}
