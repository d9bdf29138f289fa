import Series
import Testing

struct SetTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a sorted set is the set, sorted`(seed: UInt64) {
        let points = Columns.odd(150, seed: seed)
        let set = points.sortedSet()
        #expect(set.isSortedSet)
        #expect(set.points == Set(points.points).sorted())
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `union does not mind order or repetition`(seed: UInt64) {
        let (left, right) = (Columns.odd(60, seed: seed).sortedSet(), Columns.odd(60, seed: seed + 1).sortedSet())
        let expected = Set(left.points).union(right.points).sorted()
        #expect(left.union(right).points == expected)
        #expect(right.union(left).points == expected)
        #expect(left.union(right).union(left) == left.union(right))
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `keys sort like points, as numbers and as bytes, and give them back`(seed: UInt64) throws {
        let points = Columns.odd(60, seed: seed).points
        for (left, right) in zip(points, points.dropFirst()) {
            #expect((left.key < right.key) == left.key.bytes.lexicographicallyPrecedes(right.key.bytes))
            #expect(Point(left.key) == left)
            #expect(try PointKey(bytes: left.key.bytes) == left.key)
        }
    }

    @Test func `no step sorts before all steps and times decide between equal ones`() {
        let points = [
            Point(step: .nan, time: 9, value: 1), Point(step: -5, time: 8, value: 1), Point(step: 1, time: 3, value: 2),
            Point(step: 1, time: 4, value: 1), Point(step: 1, epoch: 0, time: 4, value: 0),
        ]
        #expect(Columns(points.shuffled()).sortedSet().points == points)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `the place after a key is where greater points begin`(seed: UInt64) {
        let set = Columns.odd(80, seed: seed).sortedSet()
        for point in Columns.odd(20, seed: seed + 7).points {
            #expect(set.place(after: point.key) == set.points.count { $0 <= point })
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a summary does not mind order or repetition`(seed: UInt64) throws {
        let points = Columns.odd(40, seed: seed)
        var random = Seeded(seed)
        let once = try #require(Summary(points, 0..<points.count))
        var twice = points
        twice.append(Columns(points.points.shuffled(using: &random)))
        let half = twice.count / 3
        var parts = try #require(Summary(twice, half..<twice.count))
        parts.absorb(try #require(Summary(twice, 0..<half)))
        #expect(parts == once)
    }

    @Test func `a summary knows the latest, the smallest and the greatest`() throws {
        let points = Columns([
            Point(step: 3, time: 30, value: .nan), Point(step: 1, time: 10, value: 5),
            Point(step: 2, time: 20, value: 5),
            Point(step: 2, time: 19, value: -1), Point(step: .nan, time: 21, value: -1),
        ])
        let summary = try #require(Summary(points, 0..<5))
        #expect(summary.current.value.isNaN && summary.current.step == 3)
        #expect(summary.max == Summary.Mark(value: 5, step: 1, time: 10))
        #expect(summary.min == Summary.Mark(value: -1, step: -.infinity, time: 21))
        #expect(Summary(points, 0..<1)?.min == nil)
        #expect(Summary(points, 0..<0) == nil)
    }
}
