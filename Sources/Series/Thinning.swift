/// What a picture of a series has on its horizontal axis.
public enum Axis: String, Sendable {
    case step, time

    @inline(__always)
    func x(_ points: Columns, _ place: Int) -> Double {
        switch self {
        case .step: points.steps[place]
        case .time: Double(points.times[place])
        }
    }
}

/// Reduces points to what a line of `width` pixels can show: the axis is cut into bins two pixels wide, and of each the
/// first, the last, the smallest and the greatest point stay. So at most two points a pixel, and the line that is drawn
/// through them covers the same pixels as the line through all.
public struct Thinning: Sendable {
    public let axis: Axis
    public let from: Double
    public let to: Double
    public let bins: Int

    /// - Parameter width: in pixels; less than 2 is taken as 2.
    public init(axis: Axis, from: Double, to: Double, width: Int) {
        self.axis = axis
        (self.from, self.to) = (from, to)
        bins = max(2, width) / 2
    }

    /// What one pixel is wide. 0 when all points are at one place.
    public var pixel: Double { (to - from) / Double(bins * 2) }

    /// Points without a step stand at the left end.
    @inline(__always)
    public func bin(_ x: Double) -> Int {
        let place = (x - from) / (to - from) * Double(bins)
        return place >= 0 ? Int(min(place, Double(bins - 1))) : 0
    }

    public func bin(_ points: Columns, _ place: Int) -> Int { bin(axis.x(points, place)) }

    /// The points that stay, in order of the axis. NaN is never the smallest or greatest; ±∞ may be.
    public func thin(_ points: Columns) -> Columns {
        var found = [Extremes?](repeating: nil, count: bins)
        for place in 0..<points.count {
            let x = axis.x(points, place)
            let bin = bin(x)
            if found[bin] == nil {
                found[bin] = Extremes(place, x, points.values[place])
            } else {
                found[bin]?.absorb(place, x, points.values[place])
            }
        }
        let places = found.flatMap { $0?.places ?? [] }
        guard axis == .time else { return points[places] }
        return points[places.sorted { (points.times[$0], $0) < (points.times[$1], $1) }]
    }

    /// The points at `range` that stand for all of them: first, last, smallest, greatest.
    public static func extremes(of points: Columns, _ range: Range<Int>) -> [Int] {
        guard let first = range.first else { return [] }
        var found = Extremes(first, Double(first), points.values[first])
        for place in range.dropFirst() { found.absorb(place, Double(place), points.values[place]) }
        return found.places
    }

    /// Extremes of each run of `run` points, as one small set in order.
    public static func sketch(_ points: Columns, run: Int) -> Columns {
        points[
            stride(from: 0, to: points.count, by: run).flatMap {
                extremes(of: points, $0..<min(points.count, $0 + run))
            }]
    }
}

private struct Extremes {
    private var first: (place: Int, x: Double)
    private var last: (place: Int, x: Double)
    private var least: (place: Int, value: Double)
    private var greatest: (place: Int, value: Double)

    @inline(__always)
    init(_ place: Int, _ x: Double, _ value: Double) {
        first = (place, x)
        last = (place, x)
        least = (place, value.isNaN ? .infinity : value)
        greatest = (place, value.isNaN ? -.infinity : value)
    }

    @inline(__always)
    mutating func absorb(_ place: Int, _ x: Double, _ value: Double) {
        if x < first.x { first = (place, x) }
        if x >= last.x || last.x.isNaN { last = (place, x) }
        if value < least.value { least = (place, value) }
        if value > greatest.value { greatest = (place, value) }
    }

    var places: [Int] {
        var places = [first.place, last.place, least.place, greatest.place]
        places.sort()
        var unique: [Int] = []
        for place in places where unique.last != place { unique.append(place) }
        return unique
    }
}
