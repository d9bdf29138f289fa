import Foundation
import Model
import Postgres
import Testing

@testable import TrackingService

@Suite struct ListingTests {
    private func query(
        _ desk: Desk, sort: Sort = .started, descending: Bool = false, limit: Int = 100, text: String = "",
        cursor: Cursor? = nil, offset: Int = 0, values: Bool = false, archived: Bool = false
    ) -> Listing.Query {
        Listing.Query(
            workspace: desk.alice.workspace, project: desk.alice.project, archived: archived, text: text, sort: sort,
            descending: descending, limit: limit, offset: offset, cursor: cursor,
            detail: Listing.Detail(values: values, summaries: false))
    }

    private func numbers(_ entries: [Listing.Entry]) -> [Int] {
        entries.map { Int($0.run.place.key.drop { $0 == "k" }) ?? -1 }
    }

    private func fill(_ desk: Desk) async throws {
        for number in 0..<25 {
            try await desk.start(
                key(number), name: "run \(24 - number)",
                startedAt: Date(milliseconds: 1_700_000_000_000 + Int64(number % 5) * 1000))
            if number % 3 == 0 {
                // Three together are written down in short.
                let more = number < 9 ? try [value("opt", "adam"), value("seed", "1")] : []
                try await desk.values.logParameters(
                    [value("lr", number % 2 == 0 ? "\(number)" : "text\(number)")] + more, to: key(number),
                    as: desk.alice.access)
            }
        }
        try await desk.start(key(99), by: desk.mallory)
    }

    @Test(arguments: [
        Sort.started, .name, .duration, .state, .ended, .updated, .owner, .parameter("lr"), .other("x"),
        .metric("loss"),
    ])
    func `pages follow each other without a gap or a twin, up and down`(_ sort: Sort) async throws {
        try await Desk.with { desk in
            try await fill(desk)
            for descending in [false, true] {
                let whole = try await desk.listing.list(
                    query(desk, sort: sort, descending: descending), as: desk.alice.access)
                #expect(whole.entries.count == 25 && whole.total == 25 && whole.next == nil)
                var (paged, cursor): ([Int], Cursor?) = ([], nil)
                repeat {
                    let page = try await desk.listing.list(
                        query(desk, sort: sort, descending: descending, limit: 4, cursor: cursor), as: desk.alice.access
                    )
                    paged += numbers(page.entries)
                    cursor = try page.next.map { try Cursor($0.text, sort, descending) }
                } while cursor != nil
                #expect(Set(paged).count == 25)
                if sort != .duration { #expect(paged == numbers(whole.entries)) }
            }
        }
    }

    @Test func `numbers come before texts, and what has neither comes last both ways`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let up = try await desk.listing.list(query(desk, sort: .parameter("lr")), as: desk.alice.access)
            #expect(Array(numbers(up.entries).prefix(9)) == [0, 6, 12, 18, 24, 15, 21, 3, 9])
            let down = try await desk.listing.list(
                query(desk, sort: .parameter("lr"), descending: true), as: desk.alice.access)
            #expect(Array(numbers(down.entries).prefix(9)) == [24, 18, 12, 6, 0, 9, 3, 21, 15])
        }
    }

    @Test func `a run that starts while one pages does not shift the pages`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let first = try await desk.listing.list(query(desk, descending: true, limit: 10), as: desk.alice.access)
            try await desk.start(key(50))
            let second = try await desk.listing.list(
                query(desk, descending: true, limit: 100, cursor: first.next), as: desk.alice.access)
            #expect(Set(numbers(first.entries) + numbers(second.entries)).count == 25)
        }
    }

    @Test func `cursors of another order, or made up, are refused`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let page = try await desk.listing.list(query(desk, limit: 1), as: desk.alice.access)
            let text = try #require(page.next).text
            #expect(try Cursor(text, .started, false) == page.next)
            for attempt in [
                { try Cursor(text, .name, false) }, { try Cursor(text, .started, true) },
                { try Cursor("1.x", .started, false) },
            ] {
                #expect(throws: Failure.self) { try attempt() }
            }
        }
    }

    @Test func `text is found in names, tags, owners and keys`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            try await desk.values.editTags(add: ["Best-Model"], remove: [], of: key(3), as: desk.alice.access)
            func find(_ text: String) async throws -> Int {
                try await desk.listing.list(query(desk, text: text), as: desk.alice.access).total
            }
            #expect(try await find("RUN 2") == 6)
            #expect(try await find("best") == 1)
            #expect(try await find("ALICE") == 25)
            #expect(try await find(key(3)) == 1)
            #expect(try await find("'; DROP TABLE x; --%_") == 0)
        }
    }

    @Test func `values come along when asked for`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let page = try await desk.listing.list(query(desk, sort: .name, values: true), as: desk.alice.access)
            let run = try #require(page.entries.first { $0.run.place.key == key(6) }).run
            #expect(run.parameters.map(\.value) == ["6", "adam", "1"])
        }
    }

    @Test func `archived runs are listed apart, and moved ones elsewhere`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let access = desk.alice.access
            try await desk.tidying.archive([key(1), key(2)], archived: true, as: access)
            #expect(try await desk.listing.list(query(desk), as: access).total == 23)
            #expect(numbers(try await desk.listing.list(query(desk, archived: true), as: access).entries) == [1, 2])
            let other = ID<Project>.fresh()
            try await desk.tidying.move([key(5)], to: other, in: desk.alice.workspace, as: access)
            #expect(try await desk.locator.locate(key(5), .read, as: access).place.project == other)
            let counts = try await desk.listing.count(
                [desk.alice.project, other], in: desk.alice.workspace, as: access)
            #expect(counts.first { $0.project == other }?.experiments == 1)
            #expect(counts.first { $0.project == desk.alice.project }?.running == 22)
            #expect(
                await refusal {
                    try await desk.tidying.move(
                        [key(5)], to: desk.mallory.project, in: desk.mallory.workspace, as: access)
                }
                    == "notFound")
        }
    }

    @Test func `another tenant lists, counts, archives, moves and deletes nothing`() async throws {
        try await Desk.with { desk in
            try await fill(desk)
            let mallory = desk.mallory.access
            #expect(await refusal { try await desk.listing.list(query(desk), as: mallory) } == "notFound")
            #expect(try await desk.listing.count([desk.alice.project], in: desk.alice.workspace, as: mallory).isEmpty)
            for attempt in [
                await refusal { try await desk.tidying.archive([key(1)], archived: true, as: mallory) },
                await refusal { try await desk.tidying.delete([key(1)], as: mallory) },
                await refusal {
                    try await desk.tidying.move(
                        [key(1)], to: desk.mallory.project, in: desk.mallory.workspace, as: mallory)
                },
                await refusal {
                    try await desk.listing.get(key(1), Listing.Detail(values: true, summaries: true), as: mallory)
                },
            ] { #expect(attempt == "notFound experiment_unknown") }
            #expect(try await desk.listing.list(query(desk), as: desk.alice.access).total == 25)
        }
    }

    @Test func `who may log deletes their own, but not another's`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            try await desk.start(key(2))
            let editor = Access(
                kind: .person, principal: .fresh(), name: "eve",
                grants: [Grant(.editor, on: .workspace(desk.alice.workspace))],
                credential: .fresh(), expiresAt: .distantFuture)
            #expect(await refusal { try await desk.tidying.delete([key(1)], as: editor) } == "forbidden")
            try await desk.tidying.delete([key(1)], as: desk.alice.access(.editor))
            #expect(
                await refusal { try await desk.runs.get(key(1), as: desk.alice.access) }
                    == "notFound experiment_unknown")
            _ = try await desk.runs.get(key(2), as: desk.alice.access)
        }
    }

    @Test func `a deleted run leaves no row behind, and takes no late write`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            let place = try await desk.start(key(1)).run.place
            try await desk.values.logParameters([value("a", "1")], to: key(1), as: access)
            try await desk.console.append(
                ConsoleLine.pieces(offset: 0, isError: false, text: "x", time: 1, context: ""), to: key(1), as: access)
            try await desk.details.merge(#"{"os":"x"}"#, into: key(1), as: access)
            try await desk.documents.set(Document.Kind("html"), "x", .replace, of: key(1), as: access)
            try await desk.calls.register(
                RemoteFunction(name: "f", documentation: "", arguments: []), on: key(1), as: access)
            _ = try await desk.calls.call("f", isBuiltIn: false, arguments: [:], on: key(1), as: access)
            try await desk.tidying.delete([key(1), key(2)], as: access)
            let tables = try await desk.owner.rows(
                """
                SELECT c.table_name::text FROM information_schema.columns c
                 WHERE c.table_schema = 'tracking' AND c.column_name = 'experiment_id'
                """, for: .none
            ) { try $0.read(String.self) }
            #expect(tables.count >= 7)
            #expect(try await rows(of: place, in: desk) == 0)
            // A process that has it in its cache still.
            desk.locator.remember(.init(place: place, owner: desk.alice.account, name: ""), for: access)
            #expect(
                await refusal { try await desk.values.logParameters([value("a", "1")], to: key(1), as: access) }
                    == "notFound experiment_unknown")
            #expect(
                await refusal { try await desk.statuses.report(.beat, of: key(1), as: access) }
                    == "notFound experiment_unknown")
            #expect(try await rows(of: place, in: desk) == 0)
        }
    }

    /// In every table that names experiments, whatever slices come.
    private func rows(of place: ExperimentPlace, in desk: Desk) async throws -> Int {
        try await desk.owner.first(
            """
            SELECT coalesce(sum((xpath('/row/n/text()', query_to_xml(
                       format('SELECT count(*) AS n FROM tracking.%I WHERE experiment_id = %L', table_name,
                              \(place.id.text)),
                       false, true, '')))[1]::text::bigint), 0)::bigint
              FROM information_schema.columns WHERE table_schema = 'tracking' AND column_name = 'experiment_id'
            """, for: .none
        ) { try $0.read(Int.self) } ?? -1
    }
}
