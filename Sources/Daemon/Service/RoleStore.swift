import Postgres

/// The statements of the operator.
struct RoleStore: Sendable {
    let database: Database

    /// A password cannot be bound in ALTER ROLE; handed over as a setting it stands in no statement, so in no log.
    func setPasswords(_ files: [PasswordFile]) async throws {
        var statements: [SQL] = []
        for file in files {
            statements.append("SELECT set_config('halley.role', \(file.user), true)")
            statements.append("SELECT set_config('halley.password', \(file.password), true)")
            statements.append(
                """
                DO $$ BEGIN
                    EXECUTE format('ALTER ROLE %I PASSWORD %L',
                        current_setting('halley.role'), current_setting('halley.password'));
                END $$
                """)
        }
        try await database.run(statements, for: .none)
    }

    /// Each as `name = off`.
    func unsafeSettings() async throws -> [String] {
        try await database.rows(
            """
            SELECT name FROM pg_catalog.pg_settings
             WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
            """, for: .none
        ) { row in "\(try row.read(String.self)) = off" }
    }
}
