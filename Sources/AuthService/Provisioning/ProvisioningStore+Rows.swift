import Foundation
import Model
import Postgres

/// What is found, and by what.
extension ProvisioningStore {
    enum Members: Sendable { case read, left }

    /// In the order in which they were made, and how many there are on all pages.
    func people(
        of provider: ID<Provider>, _ terms: [Provisioned.Person.Term], _ page: Provisioned.Page
    ) async throws -> (people: [Provisioned.Person], total: Int) {
        let which: SQL = """
            FROM auth.provisioned_users u JOIN auth.accounts a ON a.id = u.account_id
             WHERE u.provider_id = \(provider.uuid) AND \(Self.all(terms.map(Self.person)))
            """
        let total = try await database.first("SELECT count(*) \(which)", for: .none) { row in try row.read(Int.self) }
        let groups: SQL = """
            FROM auth.provisioned_groups g JOIN auth.group_members m ON m.group_id = g.account_id
            WHERE m.account_id = u.account_id AND g.provider_id = u.provider_id ORDER BY g.name_key
            """
        let people = try await database.rows(
            """
            SELECT u.account_id, u.user_name, u.external_id, u.active, a.deactivated_at IS NULL, u.profile::text,
                   u.version, u.created_at, u.changed_at, ARRAY(SELECT g.account_id \(groups)),
                   ARRAY(SELECT g.name \(groups))
            \(which) ORDER BY u.created_at, u.account_id LIMIT \(page.count) OFFSET \(page.start)
            """, for: .none, Provisioned.Person.init(row:))
        return (people, total ?? 0)
    }

    /// In the order in which they were made, and how many there are on all pages.
    func groups(
        of provider: ID<Provider>, _ terms: [Provisioned.Group.Term], _ page: Provisioned.Page, members: Members
    ) async throws -> (groups: [Provisioned.Group], total: Int) {
        let which: SQL = """
            FROM auth.provisioned_groups g WHERE g.provider_id = \(provider.uuid) AND \(Self.all(terms.map(Self.group)))
            """
        let total = try await database.first("SELECT count(*) \(which)", for: .none) { row in try row.read(Int.self) }
        let groups = try await database.rows(
            """
            SELECT g.account_id, g.name, g.external_id, g.version, g.created_at, g.changed_at,
                   ARRAY(SELECT m.account_id FROM auth.group_members m
                          WHERE m.group_id = g.account_id AND \(members == .read) ORDER BY m.added_at, m.account_id)
            \(which) ORDER BY g.created_at, g.account_id LIMIT \(page.count) OFFSET \(page.start)
            """, for: .none, Provisioned.Group.init(row:))
        return (groups, total ?? 0)
    }

    private static func all(_ conditions: [SQL]) -> SQL {
        (["TRUE"] + conditions).joined(separator: " AND ")
    }

    private static func person(_ term: Provisioned.Person.Term) -> SQL {
        let (comparison, key) = (term.comparison.rawValue, term.value.accountKey)
        func text(_ column: SQL, _ value: String) -> SQL { holds(column, comparison, value) }
        switch term.attribute {
        case .id: return text("u.account_id::text", key)
        case .userName: return text("u.user_name_key", key)
        case .externalID: return text("u.external_id", term.value)
        case .displayName: return text("lower(u.profile->>'displayName')", key)
        case .formatted: return text("lower(u.profile->>'formatted')", key)
        case .familyName: return text("lower(u.profile->>'familyName')", key)
        case .givenName: return text("lower(u.profile->>'givenName')", key)
        case .active: return text("(a.deactivated_at IS NULL)::text", key)
        case .emails, .email:
            return """
                EXISTS (SELECT FROM jsonb_array_elements(u.profile->'emails') AS e (mail)
                         WHERE \(text("lower(e.mail->>'value')", key)))
                """
        }
    }

    private static func group(_ term: Provisioned.Group.Term) -> SQL {
        let (comparison, key) = (term.comparison.rawValue, term.value.accountKey)
        switch term.attribute {
        case .id: return holds("g.account_id::text", comparison, key)
        case .name: return holds("g.name_key", comparison, key)
        case .externalID: return holds("g.external_id", comparison, term.value)
        case .members, .member:
            return """
                EXISTS (SELECT FROM auth.group_members m
                         WHERE m.group_id = g.account_id AND \(holds("m.account_id::text", comparison, key)))
                """
        }
    }

    private static func holds(_ column: SQL, _ comparison: String, _ value: String) -> SQL {
        """
        CASE \(comparison) WHEN 'eq' THEN \(column) = \(value) WHEN 'sw' THEN starts_with(\(column), \(value))
             WHEN 'co' THEN position(\(value) IN \(column)) > 0 ELSE \(column) <> '' END
        """
    }
}

extension Provisioned.Profile {
    init(json: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    }

    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}

extension Provisioned.Person {
    fileprivate init(row: inout Row) throws {
        let (id, userName, externalID): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
        let (isActive, isInUse): (Bool, Bool) = (try row.read(), try row.read())
        let (profile, version): (String, Int64) = (try row.read(), try row.read())
        let (created, changed): (Date, Date) = (try row.read(), try row.read())
        let (groups, names): ([UUID], [String]) = (try row.read(), try row.read())
        self.init(
            id: ID(id), userName: userName, externalID: externalID, isActive: isActive,
            isInUse: isInUse, profile: try Provisioned.Profile(json: profile),
            groups: zip(groups, names).map { Provisioned.Membership(group: $0, name: $1) }, version: version,
            createdAt: created, changedAt: changed)
    }
}

extension Provisioned.Group {
    fileprivate init(row: inout Row) throws {
        let (id, name, externalID): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
        let (version, created, changed): (Int64, Date, Date) = (try row.read(), try row.read(), try row.read())
        self.init(
            id: ID(id), name: name, externalID: externalID, members: try row.read(), version: version,
            createdAt: created, changedAt: changed)
    }
}
