import Foundation
import Model
import Series
import SwiftProtobuf
public import Wire
import WireMessages

/// Protobuf to values and back, for the methods that concern metrics.
public struct MetricHandler: Sendable {
    /// Of one message of a download.
    static let blockPoints = 4096

    let metrics: Metrics

    public init(metrics: Metrics) {
        self.metrics = metrics
    }

    public func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.appendMetrics, .access, append)
        methods.unary(TrackingMethod.listSummaries, .access, summaries)
        methods.unary(TrackingMethod.sampleSeries, .access, sample)
        methods.download(TrackingMethod.readSeries, .access, read)
    }

    @Sendable func append(_ request: AppendMetricsRequest, _ call: Call) async throws -> Empty {
        let draft = try MetricDraft(request.batch)
        try await metrics.append(draft, to: request.key, as: call.requireAccess())
        return Empty()
    }

    @Sendable func summaries(_ request: ListSummariesRequest, _ call: Call) async throws -> ListSummariesResponse {
        let rows = try await metrics.summaries(of: request.key, as: call.requireAccess())
        return ListSummariesResponse.with { $0.summaries = rows.map(SummaryRecord.init) }
    }

    @Sendable func sample(_ request: SampleSeriesRequest, _ call: Call) async throws -> SampleSeriesResponse {
        guard let axis = Axis(rawValue: request.axis.isEmpty ? "step" : request.axis) else {
            throw Failure(.invalid, "axis is neither step nor time.", reason: "axis_invalid")
        }
        let window = AxisWindow(
            axis: axis, from: request.hasFrom ? request.from : nil, to: request.hasTo ? request.to : nil)
        let sample = try await metrics.sample(
            request.name, context: request.hasContext ? request.context : nil, of: request.key, window,
            width: Int(request.width), as: call.requireAccess())
        return SampleSeriesResponse.with {
            $0.blocks = sample.series.map { SeriesBlock($0.series, $0.points) }
            $0.pointsTotal = Int64(sample.pointsTotal)
            $0.exact = sample.isExact
        }
    }

    /// Each message stands behind its length (u32, big-endian), since a stream's chunks may be cut anew on their way.
    @Sendable func read(_ request: ReadSeriesRequest, _ outgoing: Outgoing<Empty>, _ call: Call) async throws {
        guard request.allNames || !request.name.isEmpty else {
            throw Failure(.invalid, "name is empty.", reason: "metric_name_empty")
        }
        let filter = SeriesFilter(
            name: request.allNames ? nil : request.name, withoutSystem: request.noSystem)
        var held: (series: SeriesName, points: Columns)?
        try await metrics.read(
            filter, of: request.key, as: call.requireAccess(), begin: { try outgoing.begin(Empty()) }
        ) {
            series, points in
            if let before = held, before.series != series || before.points.count >= MetricHandler.blockPoints {
                try await send(before.series, before.points, to: outgoing)
                held = nil
            }
            var all = held?.points ?? Columns()
            all.append(points)
            held = (series, all)
        }
        if let held { try await send(held.series, held.points, to: outgoing) }
    }

    private func send(_ series: SeriesName, _ points: Columns, to outgoing: Outgoing<Empty>) async throws {
        for start in stride(from: 0, to: points.count, by: MetricHandler.blockPoints) {
            let part = start..<min(points.count, start + MetricHandler.blockPoints)
            let bytes: [UInt8] = try SeriesBlock(series, points[part]).serializedBytes()
            let length = UInt32(bytes.count).bigEndian
            try await outgoing.send(Wire.Chunk(withUnsafeBytes(of: length) { Array($0) } + bytes))
        }
    }
}

extension MetricDraft {
    init(_ batch: MetricBatch) throws(Failure) {
        let count = batch.values.count
        func column(_ numbers: [Double]) -> [Double] {
            numbers.isEmpty ? [Double](repeating: .nan, count: count) : numbers.map { $0 + 0 }
        }
        let columns = Columns(
            steps: column(batch.steps), epochs: column(batch.epochs), times: batch.timesMs, values: batch.values)
        guard let columns, batch.seriesIndex.count == count else {
            throw Failure(.invalid, "The columns of the batch differ in length.", reason: "metric_batch_invalid")
        }
        try self.init(
            series: batch.series.map { SeriesName($0.name, context: $0.context) }, index: batch.seriesIndex,
            columns: columns)
    }
}

extension SummaryRecord {
    init(_ row: SummaryRow) {
        self.init()
        (name, context, batches) = (row.series.name, row.series.context, row.batches)
        (current, currentStep, currentMs) = SummaryRecord.parts(row.current)
        (min, minStep, minMs) = SummaryRecord.parts(row.min)
        (max, maxStep, maxMs) = SummaryRecord.parts(row.max)
    }

    /// NaN where there is no value, and where there is no step.
    private static func parts(_ mark: Summary.Mark?) -> (Double, Double, Int64) {
        guard let mark else { return (.nan, .nan, 0) }
        return (mark.value, mark.step.isInfinite ? .nan : mark.step, mark.time)
    }
}

extension SeriesBlock {
    init(_ series: SeriesName, _ points: Columns) {
        self.init()
        (name, context) = (series.name, series.context)
        (steps, timesMs, values) = (points.steps, points.times, points.values)
        if points.epochs.contains(where: { !$0.isNaN }) { epochs = points.epochs }
    }
}
