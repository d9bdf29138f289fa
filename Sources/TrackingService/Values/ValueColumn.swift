import Postgres

/// One value of a document (`ValueDocument`) in a statement; NULL where there is none.
enum ValueColumn {
    /// As it is shown.
    static func text(_ value: SQL) -> SQL {
        "(CASE jsonb_typeof(\(value)) WHEN 'object' THEN \(value) ->> 'v' ELSE \(value) #>> '{}' END)"
    }

    /// What it is as a number; NULL also where it is none.
    static func number(_ value: SQL) -> SQL {
        "(CASE jsonb_typeof(\(value)) WHEN 'object' THEN \(value) -> 'n' WHEN 'number' THEN \(value) END)::float8"
    }
}
