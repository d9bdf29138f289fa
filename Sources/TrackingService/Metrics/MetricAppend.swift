public import Foundation
public import Model
import Series

/// Where an experiment's metrics live.
public struct MetricPlace: Hashable, Sendable {
    public let workspace: UUID
    public let experiment: UUID

    public init(workspace: ID<Workspace>, experiment: ID<Experiment>) {
        (self.workspace, self.experiment) = (workspace.uuid, experiment.uuid)
    }

    init(workspace: UUID, experiment: UUID) {
        (self.workspace, self.experiment) = (workspace, experiment)
    }
}

extension MetricPlace: Comparable {
    public static func < (left: MetricPlace, right: MetricPlace) -> Bool {
        (left.workspace, left.experiment) < (right.workspace, right.experiment)
    }
}

/// What one request appends, checked. No field of it is beyond the limits.
struct MetricDraft: Sendable {
    /// The Comet client cuts names at 100 characters, which are at most 400 bytes.
    static let nameBytesMax = 500
    static let pointsMax = 100_000
    /// Times beyond this many milliseconds from 1970 are no times.
    static let timeMax: Int64 = 1 << 53

    let block: Block

    /// Throws `.invalid`, naming the field and the index of the first point that breaks a rule.
    init(series: [SeriesName], index: [UInt32], columns: Columns) throws(Failure) {
        guard columns.count <= MetricDraft.pointsMax else {
            throw Failure(
                .invalid, "A batch holds at most \(MetricDraft.pointsMax) points.", reason: "metric_batch_too_large")
        }
        for (place, series) in series.enumerated() {
            guard !series.name.isEmpty else {
                throw Failure(.invalid, "series[\(place)].name is empty.", reason: "metric_name_empty")
            }
            try MetricDraft.check(series.name, "name", place)
            try MetricDraft.check(series.context, "context", place)
        }
        try MetricDraft.check(columns.steps, "steps")
        try MetricDraft.check(columns.epochs, "epochs")
        if let place = columns.times.firstIndex(where: { $0 > MetricDraft.timeMax || $0 < -MetricDraft.timeMax }) {
            throw Failure(.invalid, "times_ms[\(place)] is no time.", reason: "metric_time_invalid")
        }
        guard let block = Block(series: series, index: index, columns: columns) else {
            throw Failure(.invalid, "series_index names a series that is not there.", reason: "metric_batch_invalid")
        }
        self.block = block
    }

    private static func check(_ text: String, _ field: StaticString, _ place: Int) throws(Failure) {
        guard text.utf8.count <= nameBytesMax else {
            throw Failure(
                .invalid, "series[\(place)].\(field) is longer than \(nameBytesMax) bytes.",
                reason: "metric_name_too_long")
        }
        guard !text.utf8.contains(0) else {
            throw Failure(.invalid, "series[\(place)].\(field) holds a NUL byte.", reason: "metric_name_invalid")
        }
    }

    private static func check(_ numbers: [Double], _ field: StaticString) throws(Failure) {
        let broken = numbers.firstIndex { !$0.isNaN && !(abs($0) <= SeriesLimits.stepMax) }
        guard let broken else { return }
        throw Failure(
            .invalid, "\(field)[\(broken)] is infinite or beyond ±2^53.", reason: "metric_step_invalid")
    }
}

/// A draft made ready for its transaction, by whom it was permitted.
struct MetricAppend: Sendable {
    let permit: Permit
    let place: MetricPlace
    /// Of the journal row.
    let id: UUID
    let points: Int
    let body: [UInt8]
    let summaries: [SeriesName: Summary]

    /// Compresses, in the caller's own task.
    init(_ draft: MetricDraft, to place: MetricPlace, permit: Permit) throws(SeriesError) {
        self.permit = permit
        self.place = place
        id = .version7()
        points = draft.block.columns.count
        body = try draft.block.encode()
        var summaries: [SeriesName: Summary] = [:]
        summaries.reserveCapacity(draft.block.parts.count)
        for part in draft.block.parts {
            guard let summary = Summary(draft.block.columns, part.range) else { continue }
            if summaries[part.series]?.absorb(summary) == nil { summaries[part.series] = summary }
        }
        self.summaries = summaries
    }
}
