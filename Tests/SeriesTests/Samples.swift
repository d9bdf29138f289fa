import Series

/// SplitMix64: the same seed gives the same points everywhere.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

extension Columns {
    /// Points of every odd kind: no step, broken steps, NaN of several patterns, infinities, -0, far times, repetitions.
    static func odd(_ count: Int, seed: UInt64) -> Columns {
        var random = Seeded(seed)
        let steps: [Double] = [.nan, 0, 1, 2, -3, 0.5, 1e15, 9_007_199_254_740_992, -9_007_199_254_740_992]
        let values: [Double] = [
            .nan, -.nan, Double(bitPattern: 0x7ff8_0000_0000_beef), .infinity, -.infinity, 0, -0.0, 1,
            .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
        let times: [Int64] = [0, -1, .min, .max, 1_700_000_000_000]
        let kind = Int.random(in: 0..<4, using: &random)
        return Columns(
            (0..<count).map { place in
                let isPlain = kind == 0 || Bool.random(using: &random)
                return Point(
                    step: isPlain ? Double(place) : steps.randomElement(using: &random) ?? 0,
                    epoch: kind < 2 ? .nan : [.nan, 1, 2.25].randomElement(using: &random) ?? 0,
                    time: isPlain ? 1_700_000_000_000 + Int64(place) * 100 : times.randomElement(using: &random) ?? 0,
                    value: isPlain
                        ? Double.random(in: 0..<1, using: &random) : values.randomElement(using: &random) ?? 0)
            })
    }

    /// What a training run logs: steps in order, milliseconds that jitter, a noisy loss.
    static func loss(_ count: Int, seed: UInt64 = 1) -> Columns {
        var random = Seeded(seed)
        return Columns(
            (0..<count).map { place in
                Point(
                    step: Double(place),
                    time: 1_700_000_000_000 + Int64(place * 37) + Int64.random(in: 0..<9, using: &random),
                    value: Double(
                        Float(1 / (1 + Double(place) / 100) + Double.random(in: -0.01..<0.01, using: &random))))
            })
    }

    var points: [Point] { (0..<count).map { self[$0] } }
}
