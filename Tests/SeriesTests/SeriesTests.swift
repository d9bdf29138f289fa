import Foundation
import Series
import Testing

/// How fast the codec is: `HALLEY_BENCH=1 swift test -c release --filter SeriesBench`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HALLEY_BENCH"] != nil))
struct SeriesBench {
    @Test func `chunks of 512 noisy points`() throws {
        let chunks = (0..<200).map { Columns.loss(512, seed: UInt64($0)) }
        let clock = ContinuousClock()
        var encoded: [[UInt8]] = []
        let write = try clock.measure {
            for _ in 0..<20 { encoded = try chunks.map { try Chunk.encode($0) } }
        }
        let read = try clock.measure {
            for _ in 0..<20 { for bytes in encoded { _ = try Chunk.decode(bytes) } }
        }
        let points = Double(20 * 200 * 512)
        let size = Double(encoded.reduce(0) { $0 + $1.count }) / (200 * 512)
        print(
            "series: encode \(points / (write / .seconds(1)) / 1e6) M/s, decode \(points / (read / .seconds(1)) / 1e6) M/s, \(size) bytes a point"
        )
    }
}
