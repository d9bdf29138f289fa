import CSimdJSON
import Synchronization

/// Reads metric batches, gzipped or not, with memory that it keeps between them.
///
/// `@unchecked Sendable`: it is handed from task to task but never shared; `MetricDecoders` gives each to
/// one at a time.
final class MetricDecoder: @unchecked Sendable {
    private let parser: OpaquePointer
    private let inflater = Inflater()

    init?() {
        guard let parser = hj_metrics_new() else { return nil }
        self.parser = parser
    }

    deinit {
        hj_metrics_free(parser)
    }

    var capacity: Int { hj_metrics_capacity(parser) }

    func decode(
        _ body: UnsafeRawBufferPointer, isGzip: Bool, _ limits: MetricDecoders.Limits, nowMs: Int64
    ) throws(JSONError) -> MetricColumns {
        let length = isGzip ? try inflate(body, limits) : try copy(body, limits)
        var batch = hj_batch()
        if hj_metrics_parse(parser, length, nowMs, limits.pointsMax, &batch) == 0 { return Self.columns(batch) }
        let bytes = UnsafeRawBufferPointer(start: hj_metrics_buffer(parser, 0), count: length)
        let document = try JSONParser.parse(bytes, limits: .init(valuesMax: limits.pointsMax * 9))
        return try MetricReader.read(document, nowMs: nowMs, pointsMax: limits.pointsMax)
    }

    private func inflate(_ body: UnsafeRawBufferPointer, _ limits: MetricDecoders.Limits) throws(JSONError) -> Int {
        try inflater.inflate(body, limit: limits.inflated.limit(for: body.count)) { _, wanted in
            guard let start = hj_metrics_buffer(parser, wanted) else { return nil }
            return UnsafeMutableRawBufferPointer(start: start, count: hj_metrics_capacity(parser))
        }
    }

    private func copy(_ body: UnsafeRawBufferPointer, _ limits: MetricDecoders.Limits) throws(JSONError) -> Int {
        guard body.count <= limits.inflated.bytesMax else {
            throw JSONError(.tooLarge, "The body is larger than \(limits.inflated.bytesMax) bytes.")
        }
        guard let start = hj_metrics_buffer(parser, max(body.count, 4096)) else {
            throw JSONError(.tooLarge, "There is no memory for a body of this size.")
        }
        UnsafeMutableRawBufferPointer(start: start, count: body.count).copyMemory(from: body)
        return body.count
    }

    private static func columns(_ batch: hj_batch) -> MetricColumns {
        func column<T>(_ start: UnsafePointer<T>?) -> [T] {
            Array(UnsafeBufferPointer(start: start, count: batch.count))
        }
        let series = UnsafeBufferPointer(start: batch.series, count: batch.series_count)
        var columns = MetricColumns()
        columns.experimentKey = text(batch.key, batch.key_length)
        columns.series = series.map {
            .init(name: text($0.name, $0.name_length), context: text($0.context, $0.context_length))
        }
        columns.seriesIndex = column(batch.series_index)
        columns.values = column(batch.values)
        columns.steps = column(batch.steps)
        columns.epochs = batch.any_epoch == 1 ? column(batch.epochs) : []
        columns.times = column(batch.times)
        if batch.skipped_count > 0 { drop(batch, from: &columns) }
        return columns
    }

    /// Names the series whose text values were left out, and forgets those of which nothing is left.
    private static func drop(_ batch: hj_batch, from columns: inout MetricColumns) {
        for number in UnsafeBufferPointer(start: batch.skipped, count: batch.skipped_count) {
            let name = columns.series[Int(number)].name
            if columns.skipped.last != name { columns.skipped.append(name) }
        }
        var renumbered: [UInt32: UInt32] = [:]
        var kept: [MetricColumns.Series] = []
        columns.seriesIndex = columns.seriesIndex.map { number in
            if let known = renumbered[number] { return known }
            let next = UInt32(kept.count)
            renumbered[number] = next
            kept.append(columns.series[Int(number)])
            return next
        }
        columns.series = kept
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        let bytes = UnsafeRawBufferPointer(start: start, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A stock of decoders, so that a batch costs no parser of its own.
public final class MetricDecoders: Sendable {
    public struct Limits: Sendable {
        public var inflated: Inflater.Bounds
        public var pointsMax: Int

        public init(inflated: Inflater.Bounds = .init(bytesMax: 32 << 20), pointsMax: Int = 50_000) {
            self.inflated = inflated
            self.pointsMax = pointsMax
        }
    }

    /// Decoders that have grown beyond this are not kept.
    private static let keptBytesMax = 1 << 20

    private let idle = Mutex<[MetricDecoder]>([])
    private let keptMax: Int
    private let limits: Limits

    public init(limits: Limits = Limits(), keptMax: Int = 16) {
        self.limits = limits
        self.keptMax = keptMax
    }

    /// Throws `JSONError`, naming the item and the field that is wrong. `nowMs` is the time of points that have none.
    public func decode(_ body: UnsafeRawBufferPointer, isGzip: Bool, nowMs: Int64) throws(JSONError) -> MetricColumns {
        guard let decoder = idle.withLock({ $0.popLast() }) ?? MetricDecoder() else {
            throw JSONError(.tooLarge, "There is no memory to read the body.")
        }
        defer {
            if decoder.capacity <= Self.keptBytesMax {
                idle.withLock { if $0.count < keptMax { $0.append(decoder) } }
            }
        }
        return try decoder.decode(body, isGzip: isGzip, limits, nowMs: nowMs)
    }
}
