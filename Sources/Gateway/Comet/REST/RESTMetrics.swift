import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// Metrics, summed up and point by point (comet-rest §3). Every point that was logged is answered: nothing is sampled.
struct RESTMetrics: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "experiment/metrics/summary", gateway, summaries)
        routes.on(.get, "experiment/metrics/get-metric", gateway, one)
        routes.on(.get, "experiment/metrics/get-all", gateway, all)
        routes.on(.post, "experiments/multi-metric-chart", gateway, chart)
    }

    /// The dialect knows one summary a name: of several contexts, the one that was logged to last.
    private func summaries(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        let found = try await gateway.backends.tracking.summaries(.with { $0.key = key }, rest.call).summaries
        return Reply.json { writer in
            writer.object { writer in
                writer.key("values")
                writer.array(SummaryRecord.joined(found)) { $0.cometSummary($1) }
            }
        }
    }

    private func one(_ rest: RESTCall) async throws -> Response {
        let (key, name) = try (rest.experimentKey(), rest.query.required("metricName"))
        return try await points(.with { ($0.key, $0.name) = (key, name) }, rest)
    }

    private func all(_ rest: RESTCall) async throws -> Response {
        let key = try rest.experimentKey()
        return try await points(.with { ($0.key, $0.allNames) = (key, true) }, rest)
    }

    /// Streamed: a million points take the memory of a block.
    private func points(_ read: ReadSeriesRequest, _ rest: RESTCall) async throws -> Response {
        let tracking = gateway.backends.tracking
        let call = rest.caller.call(rest.context, deadline: .seconds(300))
        var read = read
        if !read.allNames { read.name = try await known(read.name, of: read.key, rest) }
        let request = read
        try await gateway.checkReadable(request.key, call)
        var response = Reply.json(constant: ByteBuffer())
        response.body = .streamed { output in
            try await tracking.readSeries(request, call) { blocks in
                var pending = ByteBuffer(string: "{\"metrics\":[")
                var isFirst = true
                for try await block in blocks {
                    var writer = JSONWriter(capacity: block.values.count * 150)
                    writer.array { ExperimentJSON.points(block, &$0) }
                    let items = writer.bytes.dropFirst().dropLast()
                    if !isFirst, !items.isEmpty { pending.writeInteger(UInt8(ascii: ",")) }
                    pending.writeBytes(items)
                    isFirst = isFirst && items.isEmpty
                    if pending.readableBytes > 64 << 10 {
                        try await output.write(pending)
                        pending.clear()
                    }
                }
                pending.writeString("]}")
                try await output.write(pending)
            }
        }
        return response
    }

    /// The client asks for full series under a name with everything unusual turned to `_` (comet-rest §3, note b).
    private func known(_ name: String, of key: String, _ rest: RESTCall) async throws -> String {
        guard name.contains("_") else { return name }
        let names = try await gateway.backends.tracking.summaries(.with { $0.key = key }, rest.call).summaries.map(
            \.name)
        if names.contains(name) { return name }
        func plain(_ name: String) -> String {
            String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "+") ? $0 : "_" })
        }
        return names.first { plain($0) == name } ?? name
    }

    private func chart(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let (keys, names) = try (body.strings("targetedExperiments"), body.strings("metrics"))
        guard keys.count <= 1000, keys.count * max(1, names.count) <= 20_000 else {
            throw Failure(.exhausted, "At most 1,000 experiments and 20,000 series are charted at once.")
        }
        let width: UInt32 = try body.bool("fetchFull") ? 8192 : 500
        var writer = JSONWriter(capacity: 64 << 10)
        var charts: [(ExperimentRecord, [SampleSeriesResponse])] = []
        for key in keys {
            let run = try await gateway.backends.tracking.get(
                .with { ($0.key, $0.withValues) = (key, true) }, rest.call
            ).experiment
            var series: [SampleSeriesResponse] = []
            for name in names {
                series.append(
                    try await gateway.backends.tracking.sample(
                        .with { ($0.key, $0.name, $0.width) = (key, name, width) }, rest.call))
            }
            charts.append((run, series))
        }
        writer.object { writer in
            writer.key("experiments")
            writer.object { writer in for (run, series) in charts { writer.cometChart(run, series, names) } }
            writer.member("empty", charts.isEmpty)
        }
        let bytes = ByteBuffer(bytes: writer.bytes)
        return Reply.json(constant: bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func cometChart(_ run: ExperimentRecord, _ series: [SampleSeriesResponse], _ names: [String]) {
        key(run.ref.key)
        object { writer in
            writer.member("experimentKey", run.ref.key)
            writer.member("experimentName", run.name)
            writer.member("empty", series.allSatisfy(\.blocks.isEmpty))
            writer.key("params")
            writer.object { writer in for value in run.parameters { writer.member(value.name, value.value) } }
            writer.key("metrics")
            writer.array { writer in
                for (name, sample) in zip(names, series) {
                    for block in sample.blocks { writer.cometCurve(name, block, start: run.startedMs) }
                }
            }
        }
    }

    private mutating func cometCurve(_ name: String, _ block: SeriesBlock, start: Int64) {
        object { writer in
            writer.member("metricName", name)
            writer.key("values")
            writer.array(block.values) { $0.measured($1) }
            writer.key("steps")
            writer.array(block.steps) { if $1.isNaN { $0.null() } else { $0.double($1) } }
            writer.key("epochs")
            writer.array(block.epochs) { if $1.isNaN { $0.null() } else { $0.double($1) } }
            writer.key("timestamps")
            writer.array(block.timesMs) { $0.integer($1) }
            writer.key("durations")
            writer.array(block.timesMs) { $0.integer($1 - start) }
        }
    }
}

extension SummaryRecord {
    /// One a name, in order of names: the latest value of all contexts, and the extremes over all of them.
    static func joined(_ summaries: [SummaryRecord]) -> [SummaryRecord] {
        Dictionary(grouping: summaries, by: \.name).sorted { $0.key < $1.key }.compactMap { _, all in
            guard var joined = all.max(by: { ($0.currentMs, $0.currentStep) < ($1.currentMs, $1.currentStep) }) else {
                return nil
            }
            for other in all {
                if other.min < joined.min || joined.min.isNaN {
                    (joined.min, joined.minStep, joined.minMs) = (other.min, other.minStep, other.minMs)
                }
                if other.max > joined.max || joined.max.isNaN {
                    (joined.max, joined.maxStep, joined.maxMs) = (other.max, other.maxStep, other.maxMs)
                }
            }
            return joined
        }
    }
}
