import Foundation
import Postgres
import TestKit
import Testing

/// What the migrations made, held against the rules for every table and role.
@Suite struct CatalogueTests {
    private static let schemas = ["auth", "workspace", "tracking", "artifact"]

    /// `schema.table` and why, from `Migrations/EXCEPTIONS.md`.
    private func exceptions() throws -> [String: String] {
        let text = try String(
            contentsOf: Repository.migrations.appendingPathComponent("EXCEPTIONS.md"), encoding: .utf8)
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
            guard cells.count >= 2, cells[0].contains(".") || cells[0].contains(" in ") else { continue }
            found[cells[0]] = cells[1]
        }
        return found
    }

    @Test func `every table is walled by workspace, or stands in EXCEPTIONS with a reason`() async throws {
        let exceptions = try exceptions()
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                let known = try await owner.rows(
                    "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p', 'i') AND c.oid >= 16384",
                    for: .none
                ) { try $0.read(String.self) }
                let tables = try await owner.rows(
                    """
                    SELECT n.nspname || '.' || c.relname,
                           c.relrowsecurity AND c.relforcerowsecurity,
                           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polpermissive
                               AND pg_get_expr(p.polqual, c.oid) LIKE '%workspace_id = ANY (( SELECT halley.tenants()%'
                               AND pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid))
                           AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive) = 1,
                           EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                               WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'workspace_id'
                               AND a.atttypid = 'uuid'::regtype AND a.attnotnull)
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = ANY (\(CatalogueTests.schemas)) AND c.relkind IN ('r', 'p') ORDER BY 1
                    """, for: .none
                ) {
                    (
                        try $0.read(String.self),
                        [try $0.read(Bool.self), try $0.read(Bool.self), try $0.read(Bool.self)]
                    )
                }
                for (table, facts) in tables where exceptions[table] == nil {
                    #expect(
                        facts == [true, true, true],
                        "\(table): FORCE RLS, one policy over halley.tenants(), key begins with workspace_id")
                }
                for (table, reason) in exceptions where table.contains(".") {
                    #expect(known.contains(table), "\(table) stands in EXCEPTIONS.md and does not exist")
                    #expect(reason.count > 15, "\(table) stands in EXCEPTIONS.md without a reason")
                }
            }
        }
    }

    @Test func `unique keys and references of walled tables begin with the workspace`() async throws {
        let exceptions = try exceptions()
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                let keys = try await owner.rows(
                    """
                    SELECT n.nspname || '.' || c.relname, x.name
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      CROSS JOIN LATERAL (
                           SELECT conname::text AS name, conkey[1] AS first FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'
                           UNION ALL
                           SELECT indexrelid::regclass::text, indkey[0] FROM pg_index WHERE indrelid = c.oid AND indisunique) x
                      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.first
                     WHERE n.nspname = ANY (\(CatalogueTests.schemas)) AND c.relkind IN ('r', 'p')
                       AND a.attname IS DISTINCT FROM 'workspace_id'
                    """, for: .none
                ) { (try $0.read(String.self), try $0.read(String.self)) }
                for (table, key) in keys where exceptions[table] == nil && exceptions[key] == nil {
                    Issue.record("\(table): \(key) does not begin with workspace_id")
                }
            }
        }
    }

    @Test func `the services' roles own nothing, bypass nothing and inherit nothing`() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                let powers = try await owner.rows(
                    """
                    SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'halley\\_%'
                       AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
                            OR rolcanlogin = (rolname = 'halley_owner'))
                    """, for: .none
                ) { try $0.read(String.self) }
                #expect(powers == [])
                let owned = try await owner.rows(
                    """
                    SELECT r.rolname || ': ' || d.classid::regclass FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
                     WHERE d.deptype = 'o' AND r.rolname LIKE 'halley\\_%' AND r.rolname <> 'halley_owner'
                     UNION ALL
                    SELECT m.roleid::regrole || ' in ' || m.member::regrole FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
                     WHERE r.rolname LIKE 'halley\\_%'
                    """, for: .none
                ) { try $0.read(String.self) }
                #expect(owned == [])
                let foreign = try await owner.rows(
                    """
                    SELECT n.nspname || '.' || c.relname || ' belongs to ' || c.relowner::regrole
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = ANY (\(CatalogueTests.schemas + ["halley"])) AND c.relowner <> 'halley_owner'::regrole
                    """, for: .none
                ) { try $0.read(String.self) }
                #expect(foreign == [])
            }
        }
    }

    @Test func `a service reaches its own schema and no other`() async throws {
        let exceptions = try exceptions()
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                for role in ScratchDatabase.Role.allCases where role != .superuser {
                    let reach = try await owner.rows(
                        """
                        SELECT n.nspname::text FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
                           AND has_schema_privilege(\(role.rawValue), n.oid, 'USAGE') ORDER BY 1
                        """, for: .none
                    ) { try $0.read(String.self) }
                    let own = role.rawValue.replacingOccurrences(of: "halley_", with: "")
                    let more = exceptions.keys.filter { $0.hasPrefix("\(role.rawValue) in ") }
                    #expect(
                        reach
                            == ([own, "halley"] + more.compactMap { $0.split(separator: " ").last.map(String.init) })
                            .sorted())
                    let creates = try await owner.first(
                        """
                        SELECT EXISTS (SELECT FROM pg_namespace n WHERE has_schema_privilege(\(role.rawValue), n.oid, 'CREATE'))
                            OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                WHERE n.nspname = ANY (\(CatalogueTests.schemas)) AND c.relkind IN ('r', 'p', 'v', 'm')
                                AND (has_table_privilege(\(role.rawValue), c.oid, 'TRUNCATE, TRIGGER, REFERENCES')
                                     OR n.nspname <> \(own) AND has_table_privilege(\(role.rawValue), c.oid, 'SELECT, INSERT, UPDATE, DELETE')))
                        """, for: .none
                    ) { try $0.read(Bool.self) }
                    #expect(creates == false)
                }
            }
        }
    }

    @Test func `no view and no function steps over the wall`() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                let found = try await owner.rows(
                    """
                    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = ANY (\(CatalogueTests.schemas)) AND (c.relkind = 'm'
                        OR c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on'])
                     UNION ALL
                    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                     WHERE n.nspname = ANY (\(CatalogueTests.schemas + ["halley"])) AND p.prosecdef
                    """, for: .none
                ) { try $0.read(String.self) }
                #expect(found == [])
            }
        }
    }

    @Test func `nobody connects to a migrated database but those named`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            _ = try await Migrator.migrate(
                conninfo: scratch.conninfo(.superuser), directory: Repository.migrations, logger: ScratchDatabase.logger
            )
            try await scratch.open(.superuser) { owner in
                let rights = try await owner.rows(
                    """
                    SELECT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END || ' ' || privilege_type
                      FROM pg_database d, aclexplode(d.datacl) acl
                     WHERE d.datname = current_database() AND acl.grantee <> d.datdba ORDER BY 1
                    """, for: .none
                ) { try $0.read(String.self) }
                #expect(
                    rights == [
                        "halley_artifact CONNECT", "halley_auth CONNECT", "halley_owner CREATE",
                        "halley_tracking CONNECT",
                        "halley_workspace CONNECT",
                    ])
            }
        }
    }

    /// To accept a change of the schema: `GOLDEN=write swift test --filter CatalogueTests`, read the difference, commit it.
    @Test func `the schema is the one in Tests/Golden/schema.sql`() async throws {
        try await ScratchDatabase.with { scratch in
            let dump = try await Command(
                "/usr/lib/postgresql/15/bin/pg_dump", "--schema-only", "-d", scratch.conninfo(.superuser)
            ).output()
            // What depends on the server's version, and the nonce of \restrict, would change without a migration.
            let lines = dump.split(separator: "\n", omittingEmptySubsequences: true).filter {
                !$0.hasPrefix("--") && !$0.hasPrefix("\\") && !$0.hasPrefix("SET ")
                    && !$0.hasPrefix("SELECT pg_catalog.set_config")
            }
            try Golden.check("schema.sql", lines.joined(separator: "\n") + "\n")
        }
    }
}
