import Foundation
import Model
import Postgres

struct EntryStore: Sendable {
    /// Of one administrator: each sends mail to every owner.
    static let hourlyMax = 20

    let database: Database

    enum Insertion: Sendable { case made(Entry), open, unknown, tooOften }

    /// Of any number that come at once for one account and workspace one gets in. Nothing is told of the others.
    func insert(
        _ draft: Entry.Draft, by account: ID<Account>, telling events: [AuditEvent]
    ) async throws -> Insertion {
        let (workspace, hours) = (draft.workspace.uuid, Double(draft.hours))
        return try await database.transaction(for: Self.tenants(draft.workspace)) { transaction in
            let made = try await transaction.run(
                """
                INSERT INTO auth.entries (id, workspace_id, workspace_name, account_id, role, reason, ends_at)
                SELECT \(draft.id.uuid), \(workspace), \(draft.workspaceName), \(account.uuid), \(draft.role.rawValue),
                       \(draft.reason), now() + \(hours) * interval '1 hour'
                 WHERE EXISTS (SELECT FROM auth.grants g WHERE g.workspace_id = \(workspace))
                   AND \(Int64(Self.hourlyMax)) > (\(Self.lately(account)))
                ON CONFLICT (account_id, workspace_id) WHERE ended_at IS NULL DO NOTHING
                """)
            guard made == 1 else { return try await Self.refusal(draft, account, transaction) }
            for event in events { try await transaction.run(AuditStore.append(event)) }
            let entry = try await transaction.first("\(Self.select) WHERE e.id = \(draft.id.uuid)", Entry.init(row:))
            guard let entry = entry ?? nil else { throw Failure(.bug, "What was entered could not be read.") }
            return .made(entry)
        }
    }

    private static func refusal(
        _ draft: Entry.Draft, _ account: ID<Account>, _ transaction: Transaction
    ) async throws -> Insertion {
        let workspace = draft.workspace.uuid
        let found = try await transaction.first(
            """
            SELECT EXISTS (SELECT FROM auth.grants WHERE workspace_id = \(workspace)), (\(lately(account)))
            """
        ) { row in (try row.read(Bool.self), try row.read(Int64.self)) }
        guard let found, found.0 else { return .unknown }
        return found.1 >= Int64(hourlyMax) ? .tooOften : .open
    }

    private static func lately(_ account: ID<Account>) -> SQL {
        """
        SELECT count(*) FROM auth.entries
         WHERE account_id = \(account.uuid) AND entered_at > now() - interval '1 hour'
        """
    }

    /// False when it had ended before.
    func end(_ entry: Entry, telling events: [AuditEvent]) async throws -> Bool {
        try await database.transaction(for: Self.tenants(entry.workspace)) { transaction in
            let ended = try await transaction.run(
                """
                UPDATE auth.entries SET ended_at = least(now(), ends_at)
                 WHERE id = \(entry.id.uuid) AND workspace_id = \(entry.workspace.uuid) AND ended_at IS NULL
                """)
            guard ended == 1 else { return false }
            for event in events { try await transaction.run(AuditStore.append(event)) }
            return true
        }
    }

    func find(_ id: ID<Entry>) async throws -> Entry? {
        try await database.first("\(Self.select) WHERE e.id = \(id.uuid)", for: .none, Entry.init(row:)) ?? nil
    }

    /// The newest first.
    func list(in workspace: ID<Workspace>?, onlyOpen: Bool) async throws -> [Entry] {
        let place = workspace?.uuid ?? UUID.none
        return try await database.rows(
            """
            \(Self.select)
             WHERE (\(place) = \(UUID.none) OR e.workspace_id = \(place))
               AND (NOT \(onlyOpen) OR e.id IN (SELECT id FROM auth.open_entries))
             ORDER BY e.entered_at DESC, e.id LIMIT 500
            """, for: .none, Entry.init(row:)
        ).compactMap { $0 }
    }

    /// Those that count no more, and of which that has not been told.
    func over() async throws -> [(Entry, Entry.End)] {
        try await database.rows(
            """
            \(Self.select)
             WHERE e.ended_at IS NULL AND NOT EXISTS (SELECT FROM auth.open_entries o WHERE o.id = e.id)
             ORDER BY e.ends_at LIMIT 500
            """, for: .none, Entry.init(row:)
        ).compactMap { $0.map { ($0, $0.endedAt == nil ? .role : .time) } }
    }

    /// What `account` holds by them now.
    func held(by account: ID<Account>) async throws -> [Grant] {
        try await database.rows(
            "SELECT workspace_id, role, ends_at FROM auth.open_entries WHERE account_id = \(account.uuid)", for: .none
        ) { row -> Grant? in
            let (workspace, role): (UUID, String) = (try row.read(), try row.read())
            let until: Date = try row.read()
            return Role(rawValue: role).map { Grant($0, on: .workspace(ID(workspace)), until: until) }
        }.compactMap { $0 }
    }

    private static func tenants(_ workspace: ID<Workspace>) -> Tenants { .these([.none, workspace.uuid]) }

    /// One that is over is told as ended, whether or not that stands in the log yet.
    private static let select: SQL = """
        SELECT e.id, e.workspace_id, e.workspace_name, e.account_id, a.name, e.role, e.reason, e.entered_at, e.ends_at,
               coalesce(e.ended_at, CASE WHEN e.ends_at <= now() THEN e.ends_at END)
          FROM auth.entries e JOIN auth.accounts a ON a.id = e.account_id
        """
}

extension Entry {
    /// `nil` for a role of a newer release.
    fileprivate init?(row: inout Row) throws {
        let (id, workspace, title): (UUID, UUID, String) = (try row.read(), try row.read(), try row.read())
        let (account, name, role): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
        let (reason, entered): (String, Date) = (try row.read(), try row.read())
        let (ends, ended): (Date, Date?) = (try row.read(), try row.read())
        guard let role = Role(rawValue: role) else { return nil }
        self.init(
            id: ID(id), workspace: ID(workspace), workspaceName: title, account: ID(account), name: name, role: role,
            reason: reason, enteredAt: entered, endsAt: ends, endedAt: ended)
    }
}
