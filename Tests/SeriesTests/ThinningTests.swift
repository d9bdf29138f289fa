import Series
import Testing

struct ThinningTests {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `of each bin the first, last, smallest and greatest stay, and no more than two a pixel`(seed: UInt64) {
        var random = Seeded(seed)
        let points = Columns(
            Columns.odd(700, seed: seed).points.filter {
                abs($0.step) < 1e9 && $0.step >= 0 && $0.time > 0 && $0.time < .max
            }
        ).sortedSet()
        let width = Int.random(in: 1..<100, using: &random)
        for axis in [Axis.step, .time] {
            let xs = points.points.map { axis == .step ? $0.step : Double($0.time) }
            let thinning = Thinning(axis: axis, from: xs.min() ?? 0, to: xs.max() ?? 0, width: width)
            let thin = thinning.thin(points).points
            #expect(thin.count <= 2 * max(2, width))
            #expect(Set(thin).isSubset(of: points.points))
            for (_, bin) in Dictionary(grouping: points.points.indices, by: { thinning.bin(xs[$0]) }) {
                let kept = bin.map { points[$0] }.filter(Set(thin).contains)
                let finite = bin.map { points.values[$0] }.filter { !$0.isNaN }
                #expect(kept.map(\.value).filter { !$0.isNaN }.min() == finite.min())
                #expect(kept.map(\.value).filter { !$0.isNaN }.max() == finite.max())
                let (low, high) = (bin.map { xs[$0] }.min(), bin.map { xs[$0] }.max())
                let keptXs = kept.map { axis == .step ? $0.step : Double($0.time) }
                #expect(keptXs.min() == low && keptXs.max() == high)
            }
        }
    }

    @Test func `few points all stay, and one place is no division by zero`() {
        let points = Columns.loss(10)
        #expect(Thinning(axis: .step, from: 0, to: 9, width: 200).thin(points) == points)
        let one = Columns([Point(step: 4, time: 4, value: 1), Point(step: 4, time: 5, value: 2)])
        #expect(Thinning(axis: .step, from: 4, to: 4, width: 10).thin(one) == one)
        #expect(Thinning(axis: .step, from: 0, to: 0, width: 10).thin(Columns()).isEmpty)
    }

    @Test func `points without a step stand at the left end`() {
        let points = Columns((0..<9).map { Point(step: .nan, time: $0, value: Double($0)) })
        #expect(Thinning(axis: .step, from: 0, to: 10, width: 4).thin(points).count == 2)
    }

    @Test func `a sketch holds the extremes of every run`() {
        let points = Columns.loss(512)
        let sketch = Thinning.sketch(points, run: 64)
        #expect(sketch.isSortedSet && sketch.count <= 32)
        #expect(sketch.values.min() == points.values.min() && sketch.values.max() == points.values.max())
        #expect(sketch.first == points.first && sketch.last == points.last)
    }
}
