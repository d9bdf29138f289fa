/// What tables and search show of a series. Absorbing a point a second time changes nothing, in any order.
///
/// Numbers compare as PostgreSQL's do (NaN is the greatest, 0 equals -0), so that the database can go on from here.
/// A missing step is -∞, before all others.
public struct Summary: Sendable, Equatable {
    public struct Mark: Sendable, Equatable {
        public let value: Double
        public let step: Double
        public let time: Int64

        public init(value: Double, step: Double, time: Int64) {
            (self.value, self.step, self.time) = (value, step, time)
        }
    }

    /// The latest, by (time, step, value).
    public private(set) var current: Mark
    /// The smallest that is not NaN; of equal ones the first by (step, time). `nil` while there is only NaN.
    public private(set) var min: Mark?
    public private(set) var max: Mark?

    /// `nil` for no points.
    public init?(_ points: Columns, _ range: Range<Int>) {
        guard let first = range.first else { return nil }
        current = Mark(points[first])
        for place in range { absorb(points[place]) }
    }

    public mutating func absorb(_ point: Point) {
        let mark = Mark(point)
        if mark.isLater(than: current) { current = mark }
        if mark.value.isNaN { return }
        absorb(min: mark, max: mark)
    }

    public mutating func absorb(_ other: Summary) {
        if other.current.isLater(than: current) { current = other.current }
        if let low = other.min, let high = other.max { absorb(min: low, max: high) }
    }

    private mutating func absorb(min low: Mark, max high: Mark) {
        guard let oldMin = min, let oldMax = max else { return (min, max) = (low, high) }
        if low.value < oldMin.value || (low.value == oldMin.value && low.isBefore(oldMin)) { min = low }
        if high.value > oldMax.value || (high.value == oldMax.value && high.isBefore(oldMax)) { max = high }
    }
}

extension Summary.Mark {
    init(_ point: Point) {
        self.init(value: point.value, step: point.step.isNaN ? -.infinity : point.step, time: point.time)
    }

    fileprivate func isBefore(_ other: Self) -> Bool {
        step == other.step ? time < other.time : step < other.step
    }

    fileprivate func isLater(than other: Self) -> Bool {
        if time != other.time { return time > other.time }
        if step != other.step { return step > other.step }
        return value > other.value || (value.isNaN && !other.value.isNaN)
    }

    /// Two NaN are the same.
    public static func == (left: Self, right: Self) -> Bool {
        left.time == right.time && left.step == right.step
            && (left.value == right.value || (left.value.isNaN && right.value.isNaN))
    }
}
