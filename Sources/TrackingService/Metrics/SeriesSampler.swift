import Model
import Series

/// A stretch of an axis; without ends, all of it.
struct AxisWindow: Sendable {
    let axis: Axis
    let from: Double?
    let to: Double?

    var lowKey: [UInt8] { (axis == .step ? from : nil).map { PointKey.before(step: $0).bytes } ?? least }
    var highKey: [UInt8] { (axis == .step ? to : nil).map { PointKey.after(step: $0).bytes } ?? greatest }
    var lowTime: Int64 { (axis == .time ? from : nil).map { AxisWindow.time($0) } ?? .min }
    var highTime: Int64 { (axis == .time ? to : nil).map { AxisWindow.time($0) } ?? .max }

    private var least: [UInt8] { [UInt8](repeating: 0, count: 32) }
    private var greatest: [UInt8] { [UInt8](repeating: 0xff, count: 32) }

    private static func time(_ value: Double) -> Int64 {
        Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }

    func x(_ points: Columns, _ place: Int) -> Double {
        axis == .step ? points.steps[place] : Double(points.times[place])
    }

    func cut(_ points: Columns) -> Columns {
        let inside = (0..<points.count).filter { holds(x(points, $0)) }
        return inside.count == points.count ? points : points[inside]
    }

    /// Points without a step belong to a window that is open to the left.
    func holds(_ x: Double) -> Bool {
        if x.isNaN { return from == nil }
        return (from ?? -.infinity) <= x && x <= (to ?? .infinity)
    }
}

/// What a picture needs of the series of one name.
struct Sample: Sendable {
    var series: [(series: SeriesName, points: Columns)] = []
    /// In the window's chunks and the journal: more than there are while re-sent points wait for their merge.
    var pointsTotal = 0
    var isExact = true
}

/// Reads as little as the width asks for: the four points that stand for a chunk where it is narrower than a pixel,
/// its sketch where a run of that is, and the chunk itself otherwise. So the cost hardly grows with the length.
struct SeriesSampler: Sendable {
    static let widthMax = 8192
    private static let attemptsMax = 3

    let store: SeriesStore
    let place: MetricPlace
    let permit: Permit

    func sample(name: String, context: String?, _ window: AxisWindow, width: Int) async throws -> Sample {
        for _ in 1..<SeriesSampler.attemptsMax {
            if let sample = try await attempt(name, context, window, width, isLast: false) { return sample }
        }
        return try await attempt(name, context, window, width, isLast: true) ?? Sample()
    }

    /// `nil` when chunks were rewritten between the two statements; the last attempt makes do with their outlines.
    private func attempt(
        _ name: String, _ context: String?, _ window: AxisWindow, _ width: Int, isLast: Bool
    ) async throws -> Sample? {
        let (chunks, blocks) = try await store.outline(
            of: place, name: name, context: context, window, permit: permit)
        let filter = SeriesFilter(name: name, context: context)
        let journal = MetricMerger.parts(blocks).filter { filter.matches($0.series) }
        let byContext = Dictionary(grouping: chunks, by: \.context)
        guard let grid = SeriesSampler.grid(window, chunks.map(\.peaks) + journal.map(\.points), width: width) else {
            return Sample()
        }
        var total: [String: Int] = byContext.mapValues { $0.reduce(0) { $0 + $1.points } }
        for part in journal { total[part.series.context, default: 0] += part.points.count }

        let exact = Set(total.filter { $0.value <= 2 * width }.keys)
        var (feeds, wanted): ([String: Columns], [(chunk: ChunkOutline, whole: Bool)]) = ([:], [])
        for part in journal { feeds[part.series.context] = part.points }
        for chunk in chunks {
            switch SeriesSampler.detail(chunk, grid, exact: exact.contains(chunk.context)) {
            case .peaks: feeds[chunk.context, default: Columns()].append(chunk.peaks)
            case .sketch: wanted.append((chunk, false))
            case .body: wanted.append((chunk, true))
            }
        }
        let details = try await store.details(of: place, name: name, wanted, permit: permit)
        guard details.count == wanted.count || isLast else { return nil }
        for detail in details { feeds[detail.context, default: Columns()].append(detail.points) }
        return Sample(
            series: feeds.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { context, points in
                let inside = window.cut(points.sortedSet())
                return (SeriesName(name, context: context), exact.contains(context) ? inside : grid.thin(inside))
            },
            pointsTotal: total.values.reduce(0, +),
            isExact: exact.count == total.count && details.count == wanted.count)
    }

    private enum Detail { case peaks, sketch, body }

    private static func detail(_ chunk: ChunkOutline, _ grid: Thinning, exact: Bool) -> Detail {
        if chunk.peaks.count == chunk.points { return .peaks }
        if exact { return .body }
        let span: Double
        switch grid.axis {
        case .step:
            guard let first = chunk.peaks.first?.step, let last = chunk.peaks.last?.step else { return .peaks }
            if first.isNaN { return last.isNaN ? .peaks : .body }
            span = last - first
        case .time:
            span = Double(chunk.toTime) - Double(chunk.fromTime)
        }
        if span <= grid.pixel { return .peaks }
        return span * Double(ChunkRow.sketchRun) <= grid.pixel * Double(chunk.points) ? .sketch : .body
    }

    /// Between the ends that were asked for, or those of the points.
    private static func grid(_ window: AxisWindow, _ parts: [Columns], width: Int) -> Thinning? {
        var (low, high): (Double?, Double?) = (nil, nil)
        for part in parts {
            for place in 0..<part.count {
                let x = window.x(part, place)
                guard !x.isNaN, window.holds(x) else { continue }
                low = min(low ?? x, x)
                high = max(high ?? x, x)
            }
        }
        guard parts.contains(where: { !$0.isEmpty }) else { return nil }
        let from = window.from ?? low ?? 0
        return Thinning(axis: window.axis, from: from, to: max(from, window.to ?? high ?? from), width: width)
    }
}
