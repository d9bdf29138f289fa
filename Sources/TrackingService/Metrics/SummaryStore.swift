import Foundation
import Postgres
import Series

/// A row of `metric_summaries`, as it is read.
struct SummaryRow: Sendable, Equatable {
    let series: SeriesName
    let current: Summary.Mark
    let min: Summary.Mark?
    let max: Summary.Mark?
    let batches: Int64

    static let columns: SQL =
        """
        name, context, current, current_step, current_ms, min, min_step, min_ms, max, max_step, max_ms, batches
        """

    init(row: inout Row) throws {
        series = SeriesName(try row.read(), context: try row.read())
        current = Summary.Mark(value: try row.read(), step: try row.read(), time: try row.read())
        min = try SummaryRow.mark(&row)
        max = try SummaryRow.mark(&row)
        batches = try row.read()
    }

    private static func mark(_ row: inout Row) throws -> Summary.Mark? {
        let (value, step, time): (Double?, Double?, Int64?) = (try row.read(), try row.read(), try row.read())
        guard let value, let step, let time else { return nil }
        return Summary.Mark(value: value, step: step, time: time)
    }
}

/// The summaries of some appends as columns for `unnest`: one row a series, in order of the key.
struct SummaryRows {
    struct Marks {
        var values: [Double?] = []
        var steps: [Double?] = []
        var times: [Int64?] = []

        mutating func append(_ mark: Summary.Mark?) {
            values.append(mark?.value)
            steps.append(mark?.step)
            times.append(mark?.time)
        }
    }

    private(set) var workspaces: [UUID] = []
    private(set) var experiments: [UUID] = []
    private(set) var names: [String] = []
    private(set) var contexts: [String] = []
    private(set) var current = Marks()
    private(set) var min = Marks()
    private(set) var max = Marks()
    private(set) var batches: [Int64] = []

    init(_ appends: [MetricAppend]) {
        for (place, group) in Dictionary(grouping: appends, by: \.place).sorted(by: { $0.key < $1.key }) {
            var summaries: [SeriesName: (summary: Summary, batches: Int64)] = [:]
            for append in group {
                for (series, summary) in append.summaries {
                    if summaries[series]?.summary.absorb(summary) == nil {
                        summaries[series] = (summary, 1)
                    } else {
                        summaries[series]?.batches += 1
                    }
                }
            }
            for (series, entry) in summaries.sorted(by: { $0.key < $1.key }) {
                append(place, series, entry.summary, batches: entry.batches)
            }
        }
    }

    private mutating func append(_ place: MetricPlace, _ series: SeriesName, _ summary: Summary, batches: Int64) {
        workspaces.append(place.workspace)
        experiments.append(place.experiment)
        names.append(series.name)
        contexts.append(series.context)
        current.append(summary.current)
        min.append(summary.min)
        max.append(summary.max)
        self.batches.append(batches)
    }
}
