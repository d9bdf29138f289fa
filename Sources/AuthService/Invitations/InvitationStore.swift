import Foundation
import Model
import Postgres

struct InvitationStore: Sendable {
    let database: Database

    enum Insertion: Sendable { case full, made, mailed }

    /// Makes it, unless the workspace has `Invitation.countMax` open, and queues the mail that brings it to the address
    /// that is its label, unless enough mail went there.
    func insert(
        _ draft: Invitation.Draft, mailing mail: QueuedMail.Draft?, by permit: Permit, telling event: AuditEvent
    ) async throws -> Insertion {
        try await database.transaction(for: event.tenants) { transaction in
            guard try await transaction.run(Self.insert(draft, by: permit, telling: event)) == 1 else { return .full }
            guard let mail else { return .made }
            _ = try await transaction.rows(OutboxStore.lock(draft.label)) { _ in }
            let source: SQL = "(SELECT \(draft.label)::text AS email, NULL::uuid AS account_id)"
            return try await transaction.run(OutboxStore.insert(mail, forEachOf: source)) == 1 ? .mailed : .made
        }
    }

    private static func insert(_ draft: Invitation.Draft, by permit: Permit, telling event: AuditEvent) -> SQL {
        let scope = draft.grant.scope
        return """
            WITH made AS (
                INSERT INTO auth.invitations
                       (id, digest, workspace_id, project_id, role, label, invited_by, expires_at)
                SELECT \(draft.id.uuid), \(draft.token.digest), \(scope.workspaceKey), \(scope.projectKey),
                       \(draft.grant.role.rawValue), \(draft.label), \(permit.principal.uuid), \(draft.expiresAt)
                 WHERE \(Int64(Invitation.countMax)) > (
                       SELECT count(*) FROM auth.invitations i
                        WHERE i.workspace_id = \(scope.workspaceKey) AND \(Self.isOpen))
                RETURNING id
            )
            \(AuditStore.append(event, forEachOf: "made"))
            """
    }

    func list(in workspace: ID<Workspace>) async throws -> [Invitation] {
        try await database.rows(
            """
            \(Self.select) WHERE i.workspace_id = \(workspace.uuid) AND \(Self.isOpen)
             ORDER BY i.created_at DESC LIMIT \(Invitation.countMax)
            """, for: .none, Invitation.init(row:)
        ).compactMap { $0 }
    }

    /// What an open link stands for.
    func find(_ token: OpaqueToken) async throws -> Invitation? {
        try await database.first(
            "\(Self.select) WHERE i.digest = \(token.digest) AND \(Self.isOpen)", for: .none, Invitation.init(row:)
        ) ?? nil
    }

    /// Answers whether it was open.
    func withdraw(_ id: ID<Invitation>, in workspace: ID<Workspace>, telling event: AuditEvent) async throws -> Bool {
        try await database.run(
            """
            WITH gone AS (
                UPDATE auth.invitations i SET used_at = now()
                 WHERE i.id = \(id.uuid) AND i.workspace_id = \(workspace.uuid) AND \(Self.isOpen) RETURNING i.id
            )
            \(AuditStore.append(event, forEachOf: "gone"))
            """, for: event.tenants) == 1
    }

    /// Spends a link for an account that `preparing` may make in the same transaction. Of many
    /// that come at once one finds it open; the others change nothing and get `false`. A role that is held there
    /// already and is no lower stays. The link is worth no more than its inviter is at that moment.
    func spend(
        _ token: OpaqueToken, _ invitation: Invitation, for account: ID<Account>, preparing: [SQL],
        telling event: AuditEvent
    ) async throws -> Bool {
        guard let workspace = invitation.grant.scope.workspace else { return false }
        return try await database.transaction(for: .these([.none, workspace.uuid])) { transaction in
            let spent = try await transaction.run(
                """
                UPDATE auth.invitations i SET used_at = now(), used_by = \(account.uuid)
                 WHERE i.digest = \(token.digest) AND \(Self.isOpen)
                """)
            guard spent == 1 else { return false }
            for statement in preparing { try await transaction.run(statement) }
            try await transaction.run(
                """
                INSERT INTO auth.grants AS g (workspace_id, project_id, account_id, role, granted_by)
                SELECT i.workspace_id, i.project_id, \(account.uuid), i.role, i.invited_by
                  FROM auth.invitations i WHERE i.digest = \(token.digest)
                ON CONFLICT (workspace_id, project_id, account_id)
                DO UPDATE SET role = excluded.role, custom_role = NULL, granted_by = excluded.granted_by,
                       granted_at = now()
                 WHERE array_position(\(Self.ranks), g.role) < array_position(\(Self.ranks), excluded.role)
                """)
            try await transaction.run(AuditStore.append(event))
            return true
        }
    }

    private static let ranks: SQL = "ARRAY['viewer', 'commenter', 'editor', 'custom', 'admin', 'owner']"

    private static let select: SQL = """
        SELECT i.id, i.label, i.workspace_id, i.project_id, i.role, a.name, i.created_at, i.expires_at
          FROM auth.invitations i JOIN auth.accounts a ON a.id = i.invited_by
        """

    /// Not used, not too old, and the inviter may still invite.
    private static let isOpen: SQL = """
        (i.used_at IS NULL AND i.expires_at > now() AND EXISTS (
            SELECT FROM auth.held_roles h JOIN auth.accounts b ON b.id = i.invited_by AND b.deactivated_at IS NULL
             WHERE h.workspace_id = i.workspace_id AND h.project_id IN (i.project_id, \(UUID.none))
               AND h.role IN ('admin', 'owner')
               AND (h.account_id = i.invited_by OR h.account_id IN (
                    SELECT m.group_id FROM auth.group_members m WHERE m.account_id = i.invited_by)))
         AND NOT EXISTS (
            SELECT FROM auth.denials d
             WHERE d.workspace_id = i.workspace_id AND d.project_id IN (i.project_id, \(UUID.none))
               AND 'manageMembers' = ANY (d.actions)
               AND (d.account_id = i.invited_by OR d.account_id IN (
                    SELECT m.group_id FROM auth.group_members m WHERE m.account_id = i.invited_by))))
        """
}

extension Invitation {
    /// `nil` for a role of a newer release.
    fileprivate init?(row: inout Row) throws {
        let (id, label): (UUID, String) = (try row.read(), try row.read())
        let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
        let (role, inviter): (String, String) = (try row.read(), try row.read())
        let (createdAt, expiresAt): (Date, Date) = (try row.read(), try row.read())
        guard let role = Role(rawValue: role) else { return nil }
        self.init(
            id: ID(id), label: label, grant: Grant(role, on: scope), inviter: inviter, createdAt: createdAt,
            expiresAt: expiresAt)
    }
}
