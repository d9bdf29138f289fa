import Foundation
import Model
import Postgres

extension AccountEntry {
    /// Of the account `a`.
    static let columns: SQL = """
        a.id, a.name, a.email, a.created_at, a.last_seen_at, a.kind, a.home_id, a.description, a.deactivated_at,
        a.password IS NOT NULL,
        (SELECT g.role FROM auth.grants g WHERE g.account_id = a.id AND g.workspace_id = \(UUID.none)),
        EXISTS (SELECT FROM auth.factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL),
        CASE WHEN a.kind = 'group' THEN (SELECT count(*) FROM auth.group_members m WHERE m.group_id = a.id) ELSE 0 END,
        CASE WHEN a.kind = 'group' THEN (
            SELECT p.label FROM auth.provisioned_groups k JOIN auth.providers p ON p.id = k.provider_id
             WHERE k.account_id = a.id) END
        """

    init(row: inout Row) throws {
        let (id, name, email): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
        let (createdAt, lastSeenAt): (Date, Date?) = (try row.read(), try row.read())
        let (kind, home): (String, UUID) = (try row.read(), try row.read())
        self.init(
            id: ID(id), name: name, email: email, createdAt: createdAt, lastSeenAt: lastSeenAt,
            kind: Access.Kind(rawValue: kind) ?? .guest, home: home == .none ? nil : ID(home),
            description: try row.read(), deactivatedAt: try row.read(), hasPassword: try row.read(),
            instanceRole: try row.read(String?.self).flatMap(Role.init(rawValue:)), hasSecondFactor: try row.read(),
            members: try row.read(), provider: try row.read())
    }
}
