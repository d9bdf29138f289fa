/// Points as columns of one length. A step or epoch that was not given is NaN.
public struct Columns: Sendable {
    public private(set) var steps: [Double]
    public private(set) var epochs: [Double]
    public private(set) var times: [Int64]
    public private(set) var values: [Double]

    public init() {
        (steps, epochs, times, values) = ([], [], [], [])
    }

    /// `nil` when the columns differ in length.
    public init?(steps: [Double], epochs: [Double], times: [Int64], values: [Double]) {
        guard steps.count == values.count, epochs.count == values.count, times.count == values.count else { return nil }
        (self.steps, self.epochs, self.times, self.values) = (steps, epochs, times, values)
    }

    public init(_ points: some Collection<Point>) {
        self.init()
        reserve(points.count)
        for point in points { append(point) }
    }

    /// For the codec, whose columns are of one length by the way they are made.
    init(decoded steps: [Double], _ epochs: [Double], _ times: [Int64], _ values: [Double]) {
        (self.steps, self.epochs, self.times, self.values) = (steps, epochs, times, values)
    }

    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }
    public var first: Point? { isEmpty ? nil : self[0] }
    public var last: Point? { isEmpty ? nil : self[count - 1] }

    @inline(__always)
    public subscript(index: Int) -> Point {
        Point(step: steps[index], epoch: epochs[index], time: times[index], value: values[index])
    }

    public subscript(range: Range<Int>) -> Columns {
        Columns(decoded: Array(steps[range]), Array(epochs[range]), Array(times[range]), Array(values[range]))
    }

    /// The points at these places, in this order.
    public subscript(places: [Int]) -> Columns {
        Columns(
            decoded: places.map { steps[$0] }, places.map { epochs[$0] }, places.map { times[$0] },
            places.map { values[$0] })
    }

    public mutating func reserve(_ count: Int) {
        steps.reserveCapacity(count)
        epochs.reserveCapacity(count)
        times.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    public mutating func append(_ point: Point) {
        steps.append(point.step)
        epochs.append(point.epoch)
        times.append(point.time)
        values.append(point.value)
    }

    public mutating func append(_ other: Columns, _ range: Range<Int>) {
        steps.append(contentsOf: other.steps[range])
        epochs.append(contentsOf: other.epochs[range])
        times.append(contentsOf: other.times[range])
        values.append(contentsOf: other.values[range])
    }

    public mutating func append(_ other: Columns) {
        append(other, 0..<other.count)
    }
}

/// Bit by bit, so that NaN equals itself.
extension Columns: Equatable {
    public static func == (left: Columns, right: Columns) -> Bool {
        left.count == right.count && left.values.indices.allSatisfy { left[$0] == right[$0] }
    }
}

// MARK: - A set of points

extension Columns {
    /// Whether every point is greater than the one before it.
    public var isSortedSet: Bool {
        var place = 1
        while place < count {
            // Steps that rise decide it, which is what nearly all data looks like.
            if !(steps[place - 1] < steps[place]), !(self[place - 1].key < self[place].key) { return false }
            place += 1
        }
        return true
    }

    /// In order, and each point once. Fast where the points are in order already.
    public func sortedSet() -> Columns {
        if isSortedSet { return self }
        var keys = values.indices.map { self[$0].key }
        keys.sort()
        var set = Columns()
        set.reserve(keys.count)
        var previous: PointKey?
        for key in keys where key != previous {
            set.append(Point(key))
            previous = key
        }
        return set
    }

    /// The union of two sets in order.
    public func union(_ other: Columns) -> Columns {
        guard let last, let next = other.first else { return isEmpty ? other : self }
        var all = self
        all.append(other)
        return last < next ? all : all.sortedSet()
    }

    /// Where the first point stands that is greater than `key`, in a set in order.
    public func place(after key: PointKey) -> Int {
        place { !(key < $0) }
    }

    /// Where the first point stands that is not smaller than `key`, in a set in order.
    public func place(before key: PointKey) -> Int {
        place { $0 < key }
    }

    private func place(_ isLeft: (PointKey) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isLeft(self[middle].key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
