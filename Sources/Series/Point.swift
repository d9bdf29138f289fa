/// One measurement. A step or epoch that was not given is NaN; the value may be any double.
public struct Point: Sendable {
    public var step: Double
    public var epoch: Double
    /// Milliseconds since 1970.
    public var time: Int64
    public var value: Double

    public init(step: Double, epoch: Double = .nan, time: Int64, value: Double) {
        self.step = step
        self.epoch = epoch
        self.time = time
        self.value = value
    }

    public var key: PointKey {
        PointKey(
            step: PointKey.order(optional: step), time: UInt64(bitPattern: time) ^ (1 << 63),
            epoch: PointKey.order(optional: epoch), value: PointKey.order(value))
    }

    public init(_ key: PointKey) {
        self.init(
            step: PointKey.optional(key.step), epoch: PointKey.optional(key.epoch),
            time: Int64(bitPattern: key.time ^ (1 << 63)), value: PointKey.double(key.value))
    }
}

/// Points are equal when all four parts are, bit by bit: a NaN equals itself, and 0 is not -0.
extension Point: Hashable, Comparable {
    public static func == (left: Point, right: Point) -> Bool { left.key == right.key }
    public static func < (left: Point, right: Point) -> Bool { left.key < right.key }
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// A point as four unsigned numbers whose order is that of the points: step (none first), time, epoch (none first),
/// value. Nothing is lost: the point can be had back.
public struct PointKey: Hashable, Comparable, Sendable {
    public let step: UInt64
    public let time: UInt64
    public let epoch: UInt64
    public let value: UInt64

    public init(step: UInt64, time: UInt64, epoch: UInt64, value: UInt64) {
        (self.step, self.time, self.epoch, self.value) = (step, time, epoch, value)
    }

    /// Before every point with this step or a greater one.
    public static func before(step: Double) -> PointKey {
        PointKey(step: order(optional: step), time: 0, epoch: 0, value: 0)
    }

    /// After every point with this step or a smaller one.
    public static func after(step: Double) -> PointKey {
        PointKey(step: order(optional: step), time: .max, epoch: .max, value: .max)
    }

    @inline(__always)
    public static func < (left: PointKey, right: PointKey) -> Bool {
        if left.step != right.step { return left.step < right.step }
        if left.time != right.time { return left.time < right.time }
        if left.epoch != right.epoch { return left.epoch < right.epoch }
        return left.value < right.value
    }

    /// 32 bytes whose order as bytes is that of the keys, for an index of the database.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for (place, word) in [step, time, epoch, value].enumerated() {
                raw.storeBytes(of: word.bigEndian, toByteOffset: place * 8, as: UInt64.self)
            }
            count = 32
        }
    }

    public init(bytes: [UInt8]) throws(SeriesError) {
        guard bytes.count == 32 else { throw SeriesError("a key has 32 bytes") }
        func word(_ place: Int) -> UInt64 {
            bytes[place * 8..<place * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(step: word(0), time: word(1), epoch: word(2), value: word(3))
    }

    /// The total order of IEEE 754: negative NaN, -∞, …, -0, 0, …, ∞, NaN.
    @inline(__always)
    static func order(_ value: Double) -> UInt64 {
        let bits = value.bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    @inline(__always)
    static func double(_ order: UInt64) -> Double {
        Double(bitPattern: order >> 63 == 1 ? order & ~(1 << 63) : ~order)
    }

    /// None is 0, which no finite number maps to.
    @inline(__always)
    static func order(optional value: Double) -> UInt64 {
        value.isNaN ? 0 : order(value)
    }

    @inline(__always)
    static func optional(_ order: UInt64) -> Double {
        order == 0 ? .nan : double(order)
    }
}
