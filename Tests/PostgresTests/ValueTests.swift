import Foundation
import Postgres
import TestKit
import Testing

/// What is bound comes back as it was, and the server saw the type we meant.
@Suite struct ValueTests {
    private func roundTrip<Value: Bindable & Readable & Equatable>(
        _ values: [Value], _ type: String, _ database: Database, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for value in values {
            let back = try await database.first("SELECT \(value), pg_typeof(\(value))::text", for: .none) {
                (try $0.read(Value.self), try $0.read(String.self))
            }
            #expect(back?.0 == value, sourceLocation: sourceLocation)
            #expect(back?.1 == type, sourceLocation: sourceLocation)
        }
    }

    @Test func `every scalar comes back as it was, NULL too`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                try await roundTrip([true, false, nil], "boolean", database)
                try await roundTrip([0, -1, Int.max, Int.min, nil], "bigint", database)
                try await roundTrip([0, -1, Int64.max, Int64.min, nil], "bigint", database)
                try await roundTrip([0, -1, Int32.max, Int32.min, nil], "integer", database)
                try await roundTrip(
                    [0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, nil],
                    "double precision", database)
                try await roundTrip(
                    ["", "a", "ö € 😀 e\u{301}", "'; DROP TABLE x; --", "\\", "$1", nil], "text", database)
                try await roundTrip([UUID(), nil], "uuid", database)
                try await roundTrip([[UInt8]](arrayLiteral: [], [0], Array(0...255)), "bytea", database)
                try await roundTrip([[UInt8]?.none], "bytea", database)
                try await roundTrip([JSON(#"{"a": [1, null, "x"]}"#), JSON("null"), nil], "jsonb", database)
            }
        }
    }

    @Test func `NaN stays NaN`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                let back = try await database.first("SELECT \(Double.nan), \([1, .nan, .infinity])", for: .none) {
                    (try $0.read(Double.self), try $0.read([Double].self))
                }
                #expect(back?.0.isNaN == true)
                #expect(back?.1[1].isNaN == true && back?.1[2] == .infinity)
            }
        }
    }

    @Test func `arrays come back as they were, with NULLs and empty ones`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                try await roundTrip([[], [true, false]], "boolean[]", database)
                try await roundTrip([[], [1, -1, Int.max]], "bigint[]", database)
                try await roundTrip([[], [1, nil, Int64.min]], "bigint[]", database)
                try await roundTrip([[], [Int32.min, 7]], "integer[]", database)
                try await roundTrip([[], [1.5, nil, -.infinity]], "double precision[]", database)
                try await roundTrip([[], ["", "{\"a,b\"}", "NULL"]], "text[]", database)
                try await roundTrip([["a", nil, ""], [nil]], "text[]", database)
                try await roundTrip([[], [UUID(), UUID()]], "uuid[]", database)
                try await roundTrip([[UUID(), nil]], "uuid[]", database)
                try await roundTrip([[], [[], [0, 255], [1]]] as [[[UInt8]]], "bytea[]", database)
                try await roundTrip([[], [JSON("1"), JSON("[]")]], "jsonb[]", database)
                try await roundTrip([[Int]?.none], "bigint[]", database)
                let many = (0..<100_000).map { Double($0) / 7 }
                try await roundTrip([many], "double precision[]", database)
            }
        }
    }

    @Test func `dates keep their microseconds, and leave the range as infinity`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                for seconds in [0, 0.000001, -0.000001, 1_800_000_000.123456, -2_208_988_800, 946_684_799.999999] {
                    let date = Date(timeIntervalSince1970: seconds)
                    let back = try await database.first("SELECT \(date), \([date, nil])", for: .none) {
                        (try $0.read(Date.self), try $0.read([Date?].self))
                    }
                    #expect(abs((back?.0 ?? .distantPast).timeIntervalSince(date)) < 0.0000005)
                    #expect(back?.1.count == 2 && back?.1.last == .some(nil))
                }
                let text = try await database.first(
                    """
                    SELECT \(Date(timeIntervalSince1970: 1.5))::text, \(Date(timeIntervalSince1970: .infinity))::text,
                           \(Date(timeIntervalSince1970: -.infinity))::text, \(Date(timeIntervalSince1970: .nan))::text,
                           'infinity'::timestamptz
                    """, for: .none
                ) {
                    ([try $0.read(String.self), try $0.read(), try $0.read(), try $0.read()], try $0.read(Date.self))
                }
                #expect(text?.0[1...] == ["infinity", "-infinity", "infinity"])
                #expect(text?.1 == .distantFuture)
            }
        }
    }

    private enum Shade: String, Scalar { case light, dark }

    @Test func `an enum over text is a value, and an unknown case is an error`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                try await roundTrip([Shade.light, .dark, nil], "text", database)
                try await roundTrip([[Shade.light, .dark]], "text[]", database)
                await #expect(throws: PostgresError.self) {
                    try await database.first("SELECT 'grey'", for: .none) { try $0.read(Shade.self) }
                }
            }
        }
    }

    @Test func `a column of another type, a NULL and a missing column are errors, not guesses`() async throws {
        try await ScratchDatabase.withEmpty { scratch in
            try await scratch.open(.superuser) { database in
                func state<Value: Readable>(_ sql: SQL, _ type: Value.Type) async throws -> String? {
                    do {
                        _ = try await database.first(sql, for: .none) { try $0.read(Value.self) }
                        return nil
                    } catch let error as PostgresError {
                        return error.sqlState
                    }
                }
                var states: [(String?, String?)] = []
                states.append((try await state("SELECT gen_random_uuid()", String.self), "42804"))
                states.append((try await state("SELECT 'x'", UUID.self), "42804"))
                states.append((try await state("SELECT 1.5", Int.self), "42804"))
                states.append((try await state("SELECT 3000000000", Int32.self), "42804"))
                states.append((try await state("SELECT ARRAY[1,2]", [String].self), "42804"))
                states.append((try await state("SELECT ARRAY[[1,2],[3,4]]", [Int].self), "42804"))
                states.append((try await state("SELECT NULL::int", Int.self), "22002"))
                states.append((try await state("SELECT ARRAY[1, NULL]", [Int].self), "22002"))
                states.append((try await state("SELECT", Int.self), "07009"))
                states.append((try await state("SELECT 1::smallint", Int.self), nil))
                states.append((try await state("SELECT 'x'::varchar(3)", String.self), nil))
                for (index, (state, expected)) in states.enumerated() { #expect(state == expected, "case \(index)") }
            }
        }
    }
}
