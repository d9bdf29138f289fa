import Model
import Postgres

struct DirectoryWatchStore: Sendable {
    let database: Database

    /// Somebody of a directory whose account is in use.
    struct Person: Sendable {
        let subject: String
        let account: ID<Account>
        let name: String
    }

    /// Those that are switched on.
    func directories() async throws -> [ID<Provider>] {
        try await database.rows(
            "SELECT id FROM auth.providers WHERE enabled AND kind = 'ldap' ORDER BY id", for: .none
        ) { row in ID(try row.read()) }
    }

    func people(of provider: ID<Provider>, after subject: String, limit: Int) async throws -> [Person] {
        try await database.rows(
            """
            SELECT i.subject, a.id, a.name
              FROM auth.identities i JOIN auth.accounts a ON a.id = i.account_id
             WHERE i.provider_id = \(provider.uuid) AND i.subject > \(subject) AND a.deactivated_at IS NULL
             ORDER BY i.subject LIMIT \(limit)
            """, for: .none
        ) { row in Person(subject: try row.read(), account: ID(try row.read()), name: try row.read()) }
    }
}
