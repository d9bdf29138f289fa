import Postgres
import TestKit
import Testing

/// Plans are kept, so those that are made in a new database have to do until it has statistics.
@Suite struct PlanTests {
    @Test func `in an empty database a look-up by primary key goes through it`() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.open(.superuser) { owner in
                let plans = try await owner.transaction(for: .none) { transaction in
                    try await transaction.run(PlanTests.planOf)
                    return try await transaction.rows(PlanTests.keys) { row in
                        (
                            table: try row.read(String.self), index: try row.read(String.self),
                            plan: try row.read(String.self)
                        )
                    }
                }
                #expect(plans.count > 20)
                for (table, index, plan) in plans where PlanTests.exceptions[table] == nil {
                    #expect(plan.contains("using \(index) ") && !plan.contains("Filter"), "\(table)\n\(plan)")
                }
            }
        }
    }

    /// Where another index reads little more, and why.
    private static let exceptions = [
        "artifact.assets": "the others lead to one experiment's files",
        "tracking.output_blocks": "the others lead to one experiment's blocks",
        "auth.audit": "a page looks a few up, while the log is short",
    ]

    private static let planOf: SQL = """
        CREATE FUNCTION pg_temp.plan_of(name text, types text, condition text, nulls text) RETURNS text
            LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
        DECLARE
            line text;
            plan text := '';
        BEGIN
            EXECUTE format('PREPARE look (%s) AS SELECT FROM %s WHERE %s', types, name, condition);
            FOR line IN EXECUTE format('EXPLAIN (COSTS off) EXECUTE look (%s)', nulls) LOOP
                plan := plan || line || E'\\n';
            END LOOP;
            DEALLOCATE look;
            RETURN plan;
        END
        $$
        """

    private static let keys: SQL = """
        SELECT k.name, k.index, pg_temp.plan_of(k.name, k.types, k.condition, k.nulls)
          FROM (SELECT c.conrelid::regclass::text AS name, i.relname::text AS index,
                       string_agg(format_type(a.atttypid, NULL), ', ' ORDER BY p.place) AS types,
                       string_agg(format('%I = $%s', a.attname, p.place), ' AND ') AS condition,
                       string_agg('NULL', ', ') AS nulls
                  FROM pg_constraint c
                  JOIN pg_class i ON i.oid = c.conindid
                  JOIN pg_class r ON r.oid = c.conrelid AND r.relkind = 'r' AND NOT r.relispartition
                  CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS p (number, place)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = p.number
                 WHERE c.contype = 'p'
                   AND c.connamespace::regnamespace::text IN ('auth', 'workspace', 'tracking', 'artifact')
                 GROUP BY 1, 2) AS k
        """
}
