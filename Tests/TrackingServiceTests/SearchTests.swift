import Foundation
import Model
import Postgres
import Testing

@testable import TrackingService

@Suite struct SearchTests {
    private func fill(_ desk: Desk) async throws {
        let access = desk.alice.access
        for (number, lr, optimizer) in [(1, "0.1", "adam"), (2, "0.01", "sgd"), (3, "big", "adamw"), (4, "", "")] {
            try await desk.start(key(number), startedAt: Date(milliseconds: 1_700_000_000_000 + Int64(number) * 1000))
            guard !lr.isEmpty else { continue }
            // Three together are written down in short.
            let more = number == 2 ? [] : try [value("batch", "32")]
            try await desk.values.logParameters(
                [value("lr", lr), value("opt", optimizer)] + more, to: key(number), as: access)
            try await desk.values.logOthers(
                [value("note", number == 1 ? "" : "n\(number)")], to: key(number), as: access)
        }
        try await desk.values.editTags(add: ["best"], remove: [], of: key(2), as: access)
        try await desk.details.merge(#"{"hostname":"gpu1","pid":77}"#, into: key(1), as: access)
        try await desk.documents.set(
            Document.Kind("git_metadata"), #"{"parent":"abc123"}"#, .replace, of: key(1), as: access)
        _ = try await desk.owner.run(
            """
            INSERT INTO tracking.metric_summaries (
                   workspace_id, experiment_id, name, context, current, current_step, current_ms, batches)
            SELECT workspace_id, id, 'loss', '', CASE key WHEN \(key(1)) THEN 0.5 WHEN \(key(2)) THEN 'NaN' ELSE 2 END,
                   1, 1, 1
              FROM tracking.experiments WHERE key <> \(key(4))
            """, for: .none)
        try await desk.start(key(9), by: desk.mallory)
    }

    private func find(_ desk: Desk, _ condition: Condition) async throws -> Set<Int> {
        let query = Search.Query(
            workspace: desk.alice.workspace, project: desk.alice.project, archived: false, condition: condition,
            limit: 100, offset: 0)
        return Set(try await desk.search.keys(query, as: desk.alice.access).map { Int($0.drop { $0 == "k" }) ?? -1 })
    }

    private func rule(_ source: String, _ field: String, _ test: String, _ values: String..., type: String = "double")
        throws -> Condition
    {
        .rule(try Rule(source: source, field: field, type: type, test: test, values: values))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let source, field, test: String
        let values: [String]
        let type: String
        let found: Set<Int>
        var testDescription: String { "\(source) \(field) \(test) \(values)" }

        init(
            _ source: String, _ field: String, _ test: String, _ values: [String], _ found: Set<Int>,
            type: String = "double"
        ) {
            (self.source, self.field, self.test, self.values, self.type, self.found) = (
                source, field, test, values, type, found
            )
        }
    }

    static let cases: [Case] = [
        Case("params", "lr", "equal", ["0.10"], [1]), Case("params", "lr", "not_equal", ["0.1"], [2, 3]),
        Case("params", "lr", "less", ["0.1"], [2]), Case("params", "lr", "less_or_equal", ["0.1"], [1, 2]),
        Case("params", "lr", "greater", ["0.01"], [1]), Case("params", "lr", "greater_or_equal", ["0.01"], [1, 2]),
        Case("params", "lr", "between", ["0.01", "0.05"], [2]),
        Case("params", "lr", "not_between", ["0.01", "0.05"], [1, 3]),
        Case("params", "lr", "is_null", [], [4]), Case("params", "lr", "is_not_null", [], [1, 2, 3]),
        Case("params", "lr", "equal", ["big"], [3], type: "string"),
        Case("params", "opt", "contains", ["dam"], [1, 3], type: "string"),
        Case("params", "opt", "not_contains", ["dam"], [2], type: "string"),
        Case("params", "opt", "begins_with", ["s"], [2], type: "string"),
        Case("params", "opt", "not_begins_with", ["s"], [1, 3], type: "string"),
        Case("params", "opt", "ends_with", ["w"], [3], type: "string"),
        Case("params", "opt", "not_ends_with", ["w"], [1, 2], type: "string"),
        Case("params", "opt", "greater", ["adam"], [2, 3], type: "string"),
        Case("log_other", "note", "is_empty", [], [1], type: "string"),
        Case("log_other", "note", "is_not_empty", [], [2, 3], type: "string"),
        Case("metrics", "loss", "less", ["1"], [1]), Case("metrics", "loss", "greater", ["1"], [3]),
        Case("metrics", "loss", "is_null", [], [4]),
        Case("tag", "best", "equal", ["best"], [2], type: "string"),
        Case("tag", "best", "not_equal", ["best"], [1, 3, 4], type: "string"),
        Case("env_details", "hostname", "equal", ["gpu1"], [1], type: "string"),
        Case("env_details", "pid", "greater", ["70"], [1]),
        Case("metadata", "codeSHA", "begins_with", ["abc"], [1], type: "string"),
        Case("metadata", "user_name", "equal", ["alice"], [1, 2, 3, 4], type: "string"),
        Case("metadata", "runActive", "equal", ["1"], [1, 2, 3, 4], type: "boolean"),
        Case("metadata", "runActive", "equal", ["0"], [], type: "boolean"),
        Case("metadata", "duration", "greater", ["60"], [1, 2, 3, 4], type: "timenumber"),
        Case("metadata", "start_server_timestamp", "less_or_equal", ["2023-11-14 22:13:22"], [1, 2], type: "datetime"),
        Case("metadata", "start_server_timestamp", "equal", ["2023-11-14T23:13:21+01:00"], [1], type: "datetime"),
        Case("metadata", "unknown", "is_null", [], [1, 2, 3, 4], type: "string"),
        // A rule that lost its source finds the field wherever it is.
        Case("", "lr", "less", ["0.1"], [2]), Case("", "loss", "less", ["1"], [1]),
        Case("", "best", "is_not_null", [], [2]),
        Case("", "hostname", "contains", ["gpu"], [1], type: "string"),
        Case("params", "lr') OR true; --", "equal", ["1"], []),
    ]

    @Test func `every operator finds what it says`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            for one in Self.cases {
                let rule = try Rule(
                    source: one.source, field: one.field, type: one.type, test: one.test, values: one.values)
                let found = try await find(desk, .rule(rule))
                #expect(found == one.found, "\(one.testDescription)")
            }
        }
    }

    @Test func `rules nest`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let inner = Condition.all([try rule("", "lr", "greater", "0.001"), try rule("", "loss", "less", "1")])
            #expect(
                try await find(desk, .any([inner, try rule("tag", "best", "equal", "best", type: "string")])) == [1, 2])
            #expect(
                try await find(desk, .all([inner, try rule("params", "opt", "equal", "sgd", type: "string")])) == [])
            #expect(try await find(desk, .all([])) == [1, 2, 3, 4])
        }
    }

    @Test func `unknown operators and missing values are refused`() {
        #expect(throws: Failure.self) {
            try Rule(source: "params", field: "a", type: "double", test: "like", values: ["1"])
        }
        #expect(throws: Failure.self) {
            try Rule(source: "params", field: "a", type: "double", test: "between", values: ["1"])
        }
        #expect(throws: Failure.self) {
            try Rule(source: "params", field: "a\0", type: "double", test: "is_null", values: [])
        }
    }

    @Test func `columns name everything that was logged, with its type`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let columns = try await desk.search.columns(
                of: desk.alice.project, in: desk.alice.workspace, as: desk.alice.access)
            for (name, type, source) in [
                ("lr", "double", "params"), ("opt", "string", "params"), ("note", "string", "log_other"),
                ("Name", "string", "log_other"), ("best", "string", "tag"), ("loss", "double", "metrics"),
                ("hostname", "string", "env_details"), ("pid", "double", "env_details"),
                ("start_server_timestamp", "datetime", "metadata"), ("duration", "timenumber", "metadata"),
            ] { #expect(columns.contains(.init(name: name, type: type, source: source)), "\(name)") }
            #expect(Set(columns).count == columns.count && !columns.contains { $0.name.isEmpty })
        }
    }

    @Test func `another tenant finds nothing`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let query = Search.Query(
                workspace: desk.alice.workspace, project: desk.alice.project, archived: false, condition: .all([]),
                limit: 100, offset: 0)
            #expect(await refusal { try await desk.search.keys(query, as: desk.mallory.access) } == "notFound")
            #expect(
                await refusal {
                    try await desk.search.columns(
                        of: desk.alice.project, in: desk.alice.workspace, as: desk.mallory.access)
                }
                    == "notFound")
        }
    }
}
