import Foundation

/// Batches of metric points into a run of its own. One request is rendered at first; for each next one its steps and
/// times, whose digits have a fixed number, are written over, so that no point comes twice and the client costs little.
struct MetricLoad: Load {
    let units: Int
    private let target: BenchTarget
    private let project: String
    private let experiment = BenchTarget.experimentKey()
    private var request: [UInt8]
    private let places: [(step: Int, time: Int)]
    private var next = MetricLoad.stepFirst

    /// All steps and all times have as many digits as the first.
    private static let stepFirst = 1_000_000_000
    private static let timeFirst = 1_700_000_000_000

    init(_ target: BenchTarget, project: String, points: Int) {
        self.target = target
        self.project = project
        units = points
        var body = "{\"experimentKey\":\"\(experiment)\",\"values\":["
        var places: [(step: Int, time: Int)] = []
        for point in 0..<points {
            body += point == 0 ? "" : ","
            body += "{\"metricName\":\"loss\",\"metricValue\":\(Double.random(in: 0..<1)),\"step\":"
            let step = body.utf8.count
            body += "\(MetricLoad.stepFirst),\"epoch\":null,\"context\":null,\"timestamp\":"
            places.append((step, body.utf8.count))
            body += "\(MetricLoad.timeFirst)}"
        }
        body += "]}"
        let path = "/clientlib/batch/logger/experiment/metric"
        let head = target.head("POST", path, type: "application/json", length: body.utf8.count)
        request = Array((head + body).utf8)
        self.places = places.map { (head.utf8.count + $0.step, head.utf8.count + $0.time) }
    }

    mutating func prepare(_ connection: HTTPConnection) throws {
        try target.start(experiment, project: project).withUnsafeBytes(connection.send)
        try connection.receive()
    }

    mutating func transaction(_ connection: HTTPConnection) throws {
        for place in places {
            write(next, at: place.step, like: MetricLoad.stepFirst)
            write(MetricLoad.timeFirst + (next - MetricLoad.stepFirst) * 10, at: place.time, like: MetricLoad.timeFirst)
            next += 1
        }
        try request.withUnsafeBytes(connection.send)
        try connection.receive()
    }

    private mutating func write(_ number: Int, at place: Int, like first: Int) {
        var (left, at, width) = (number, place, first)
        while width >= 10 {
            (width, at) = (width / 10, at + 1)
        }
        while at >= place {
            request[at] = UInt8(ascii: "0") + UInt8(left % 10)
            (left, at) = (left / 10, at - 1)
        }
    }
}
