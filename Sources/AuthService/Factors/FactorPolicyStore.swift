import Foundation
import Model
import Postgres

struct FactorPolicyStore: Sendable {
    let database: Database

    /// What statements that prove a session join to their own, of the account `a`: whether it has a second factor, and
    /// who asks it for one.
    static let columns: SQL = """
        EXISTS (SELECT FROM auth.factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL),
        (SELECT demand FROM auth.factor_policies WHERE workspace_id = '00000000-0000-0000-0000-000000000000'),
        ARRAY(SELECT p.workspace_id FROM auth.factor_policies p
               WHERE p.demand = 'everybody' AND p.workspace_id <> '00000000-0000-0000-0000-000000000000'
                 AND (EXISTS (SELECT FROM auth.held_roles g
                              WHERE g.account_id = ANY (\(PrincipalStore.selves)) AND g.workspace_id = p.workspace_id)
                      OR EXISTS (SELECT FROM auth.open_entries e
                                  WHERE e.account_id = a.id AND e.workspace_id = p.workspace_id)))
        """

    func demand(in workspace: ID<Workspace>?) async throws -> FactorDemand {
        let word = try await database.first(
            "SELECT demand FROM auth.factor_policies WHERE workspace_id = \(workspace?.uuid ?? UUID.none)", for: .none
        ) { row in try row.read(String.self) }
        return word.map { FactorDemand(rawValue: $0) ?? .everybody } ?? .nobody
    }

    func set(
        _ demand: FactorDemand, in workspace: ID<Workspace>?, by permit: Permit, telling event: AuditEvent
    ) async throws {
        try await database.run(
            [
                """
                INSERT INTO auth.factor_policies (workspace_id, demand, set_by)
                VALUES (\(workspace?.uuid ?? UUID.none), \(demand.rawValue), \(permit.principal.uuid))
                ON CONFLICT (workspace_id) DO UPDATE
                   SET demand = excluded.demand, set_by = excluded.set_by, set_at = now()
                """,
                AuditStore.append(event),
            ], for: event.tenants)
    }

    static func decode(_ row: inout Row) throws -> (hasFactor: Bool, demands: FactorDemands) {
        let hasFactor: Bool = try row.read()
        let instance = try row.read(String?.self).map { FactorDemand(rawValue: $0) ?? .everybody } ?? .nobody
        let workspaces: [UUID] = try row.read()
        return (hasFactor, FactorDemands(instance: instance, workspaces: Set(workspaces.map { ID($0) })))
    }
}
