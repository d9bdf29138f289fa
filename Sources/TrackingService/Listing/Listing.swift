import Foundation
import Model

/// Tables of experiments.
struct Listing: Sendable {
    struct Detail: Sendable {
        let values: Bool
        let summaries: Bool
    }

    struct Query: Sendable {
        static let limitMax = 100_000
        static let textBytesMax = 1000

        let workspace: ID<Workspace>
        /// `nil`: every project of the workspace.
        let project: ID<Project>?
        let archived: Bool
        /// Found in name, tags or owner in either case, or the beginning of the key.
        let text: String
        let sort: Sort
        let descending: Bool
        let limit: Int
        let offset: Int
        let cursor: Cursor?
        let detail: Detail
    }

    struct Page: Sendable {
        var entries: [Entry]
        var next: Cursor?
        var total: Int
    }

    struct Entry: Sendable {
        var run: Run
        var summaries: [MetricSummary] = []
        let place: SortKey
        /// About what it takes in a message.
        let bytes: Int
    }

    /// An answer must fit one message of the wire (4 MiB); a page that would not ends early, with a cursor.
    static let answerBytesMax = 3_000_000

    let store: ListingStore
    let locator: ExperimentLocator

    func list(_ query: Query, as access: Access) async throws -> Page {
        let scope: Scope = query.project.map { .project($0, in: query.workspace) } ?? .workspace(query.workspace)
        _ = try access.require(.read, on: scope)
        async let total = store.count(query)
        // With values a row takes kilobytes: do not read what cannot be sent.
        let size = min(query.limit, query.detail.values || query.detail.summaries ? 2000 : 10_000)
        var entries = try await store.page(query, limit: size + 1)
        var isWhole = entries.count <= size
        if !isWhole { entries.removeLast(entries.count - size) }
        if query.detail.summaries { try await addSummaries(to: &entries, query.workspace) }
        let fitting = Self.fitting(entries)
        if fitting < entries.count {
            entries.removeLast(entries.count - fitting)
            isWhole = false
        }
        let next = isWhole ? nil : entries.last.map { Cursor(after: $0.place, query.sort, query.descending) }
        return Page(entries: entries, next: next, total: try await total)
    }

    func get(_ key: String, _ detail: Detail, as access: Access) async throws -> Entry {
        let place = try await locator.locate(key, .read, as: access).place
        guard let found = try await store.find(place, detail) else {
            locator.forget([key])
            throw Failure.experimentUnknown
        }
        var entries = [found]
        if detail.summaries { try await addSummaries(to: &entries, place.workspace) }
        return entries[0]
    }

    /// Of those projects that the caller may read.
    func count(
        _ projects: [ID<Project>], in workspace: ID<Workspace>, as access: Access
    ) async throws -> [ProjectCount] {
        if projects.isEmpty {
            _ = try access.require(.read, on: .workspace(workspace))
            return try await store.counts(of: nil, in: workspace)
        }
        let readable = projects.filter { access.allows(.read, on: .project($0, in: workspace)) }
        guard !readable.isEmpty else { return [] }
        return try await store.counts(of: readable, in: workspace)
    }

    private func addSummaries(to entries: inout [Entry], _ workspace: ID<Workspace>) async throws {
        let byRun = try await store.summaries(of: entries.map(\.run.place.id), in: workspace)
        for index in entries.indices { entries[index].summaries = byRun[entries[index].run.place.id] ?? [] }
    }

    /// How many of the first entries fit one answer; at least one.
    private static func fitting(_ entries: [Entry]) -> Int {
        var bytes = 0
        for (index, entry) in entries.enumerated() {
            bytes += entry.bytes + entry.summaries.reduce(0) { $0 + 110 + $1.name.utf8.count + $1.context.utf8.count }
            if bytes > answerBytesMax { return max(1, index) }
        }
        return entries.count
    }
}

/// A metric's latest, least and greatest values, as a table shows them.
struct MetricSummary: Sendable {
    struct Point: Sendable {
        let value: Double
        /// NaN: none.
        let step: Double
        let time: Int64
    }

    let name: String
    let context: String
    let current: Point
    let least: Point?
    let greatest: Point?
    let batches: Int64
}

struct ProjectCount: Sendable {
    let project: ID<Project>
    let experiments: Int
    let running: Int
    let updatedAt: Date
}
