import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// `/experiments/{key}/metrics`: summaries, and one series either for a chart of so many pixels or point by point.
struct MetricRoutes: Sendable {
    static let widthUsual: Int64 = 800
    static let widths: ClosedRange<Int64> = 1...8192

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("experiments/:key/metrics", use: summaries)
        routes.get("experiments/:key/metrics/:name", use: series)
    }

    @Sendable private func summaries(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let key = try context.part("key")
        let found = try await gateway.backends.tracking.summaries(.with { $0.key = key }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("metrics")
                writer.array(found.summaries) { $0.summary($1) }
            }
        }
    }

    /// `?width=800&axis=step|time&from=&to=&context=`, or `?exact=true` for every point.
    @Sendable private func series(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let query = try Query(request)
        let (key, name) = try (context.part("key"), context.part("name"))
        if try query.flag("exact") { return try await exact(key, name, caller, context) }
        let width = try query.integer("width") ?? Self.widthUsual
        guard Self.widths.contains(width) else {
            throw Failure(.invalid, "The width must be from 1 to 8192 pixels.", reason: "field_invalid")
        }
        let axis = query["axis"].isEmpty ? "step" : query["axis"]
        guard axis == "step" || axis == "time" else {
            throw Failure(.invalid, "The axis must be step or time.", reason: "field_invalid")
        }
        let (from, to) = try (query.double("from"), query.double("to"))
        let sample = try await gateway.backends.tracking.sample(
            .with {
                ($0.key, $0.name, $0.axis) = (key, name, axis)
                $0.width = UInt32(width)
                if query.has("context") { $0.context = query["context"] }
                if let from { $0.from = from }
                if let to { $0.to = to }
            }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.member("name", name)
                writer.member("points_total", sample.pointsTotal)
                writer.member("exact", sample.exact)
                writer.key("blocks")
                writer.array(sample.blocks) { $0.block($1) }
            }
        }
    }

    /// Streamed block by block, so that a series of any length takes no more memory than one block.
    private func exact(
        _ key: String, _ name: String, _ caller: Caller, _ context: EdgeContext
    ) async throws -> Response {
        let call = caller.call(context, deadline: .seconds(300))
        let tracking = gateway.backends.tracking
        try await gateway.checkReadable(key, call)
        var response = Reply.json(constant: ByteBuffer())
        response.body = .streamed { output in
            try await tracking.readSeries(.with { ($0.key, $0.name) = (key, name) }, call) { blocks in
                var head = "{\"name\":"
                var writer = JSONWriter()
                writer.string(name)
                head += String(decoding: writer.bytes, as: UTF8.self) + ",\"exact\":true,\"blocks\":["
                try await output.write(ByteBuffer(string: head))
                var isFirst = true
                for try await block in blocks {
                    var writer = JSONWriter(capacity: block.values.count * 48 + 64)
                    writer.block(block)
                    try await output.write(ByteBuffer(bytes: isFirst ? writer.bytes : Array(",".utf8) + writer.bytes))
                    isFirst = false
                }
            }
            try await output.write(ByteBuffer(string: "]}"))
        }
        return response
    }
}

extension JSONWriter {
    mutating func summary(_ summary: SummaryRecord) {
        object { writer in
            writer.member("name", summary.name)
            writer.member("context", summary.context)
            writer.extreme("current", summary.current, summary.currentStep, summary.currentMs)
            writer.extreme("min", summary.min, summary.minStep, summary.minMs)
            writer.extreme("max", summary.max, summary.maxStep, summary.maxMs)
        }
    }

    private mutating func extreme(_ name: String, _ value: Double, _ step: Double, _ time: Int64) {
        key(name)
        object { writer in
            writer.key("value")
            writer.measured(value)
            writer.step("step", step)
            writer.time("time_ms", time)
        }
    }

    /// Columns of equal length; a missing step is `null`.
    mutating func block(_ block: SeriesBlock) {
        object { writer in
            writer.member("context", block.context)
            writer.key("steps")
            writer.array(block.steps) { if $1.isNaN { $0.null() } else { $0.double($1) } }
            writer.key("times")
            writer.array(block.timesMs) { $0.integer($1) }
            writer.key("values")
            writer.array(block.values) { $0.measured($1) }
        }
    }
}
