/// Metric batches out of a parsed document: the slow way, for bodies that strict JSON refuses, and to say what is
/// wrong with the others.
enum MetricReader {
    /// Of a name and of a context. The clients cut theirs at 100 characters.
    private static let nameBytesMax = 1000
    /// 2⁵³: beyond it, steps that differ would be one.
    private static let stepMax = 9_007_199_254_740_992.0

    static func read(_ document: JSONValue, nowMs: Int64, pointsMax: Int) throws(JSONError) -> MetricColumns {
        let body = try JSONFields(document)
        var columns = MetricColumns()
        columns.experimentKey = try body.stringIfAny("experimentKey") ?? ""
        guard body.value("values") != nil else { throw body.missing("values") }
        let points = try body.objects("values")
        guard points.count <= pointsMax else {
            throw JSONError(
                .tooLarge, "The batch holds \(points.count) points; at most \(pointsMax) are taken at once.")
        }
        var index: [MetricColumns.Series: UInt32] = [:]
        for point in points { try add(point, to: &columns, &index, nowMs) }
        if columns.epochs.allSatisfy(\.isNaN) { columns.epochs = [] }
        return columns
    }

    private static func add(
        _ point: JSONFields, to columns: inout MetricColumns, _ index: inout [MetricColumns.Series: UInt32],
        _ nowMs: Int64
    ) throws(JSONError) {
        let series = MetricColumns.Series(
            name: try name("metricName", point), context: try name("context", point))
        guard !series.name.isEmpty else { throw point.missing("metricName") }
        guard let sent = point.value("metricValue") else { throw point.missing("metricValue") }
        let time = try point.doubleIfAny("timestamp") ?? .nan
        guard time.isNaN || abs(time) <= 9e15 else { throw point.wrong("timestamp", "epoch milliseconds", sent) }
        let (step, epoch) = (try step("step", point), try step("epoch", point))
        guard let number = try value(sent, point) else {
            if columns.skipped.last != series.name { columns.skipped.append(series.name) }
            return
        }
        let next = UInt32(columns.series.count)
        let place = index[series] ?? next
        if place == next {
            index[series] = next
            columns.series.append(series)
        }
        columns.seriesIndex.append(place)
        columns.values.append(number)
        columns.steps.append(step)
        columns.epochs.append(epoch)
        columns.times.append(time.isNaN ? nowMs : Int64(time))
    }

    private static func name(_ field: String, _ point: JSONFields) throws(JSONError) -> String {
        guard let name = try point.stringIfAny(field) else { return "" }
        guard name.utf8.count <= nameBytesMax else {
            throw point.broken(field, "is longer than \(nameBytesMax) bytes")
        }
        guard !name.unicodeScalars.contains("\u{fffd}") else {
            throw point.broken(field, "holds a NUL or bytes that are no text")
        }
        return name
    }

    private static func step(_ field: String, _ point: JSONFields) throws(JSONError) -> Double {
        let step = try point.doubleIfAny(field) ?? .nan
        guard !(abs(step) > stepMax) else { throw point.broken(field, "is out of range") }
        return step
    }

    /// `nil`: text that is no number.
    private static func value(_ sent: JSONValue, _ point: JSONFields) throws(JSONError) -> Double? {
        switch sent {
        case .number(let number): return number.double
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text): return MetricValue.read(text)
        default: throw point.wrong("metricValue", "a number", sent)
        }
    }
}
