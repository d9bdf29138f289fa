import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// Metrics, parameters and console output: what arrives in batches, most of all requests.
struct Batches: Sendable {
    /// A message between services is at most 4 MiB; half of it leaves room for everything else in it.
    private static let messageBytesMax = 2 << 20
    private static let metricBytesMax = 32 << 20

    let gateway: Gateway
    private let decoders = MetricDecoders(limits: .init(inflated: .init(bytesMax: metricBytesMax)))

    init(gateway: Gateway) {
        self.gateway = gateway
    }

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.post("batch/logger/experiment/metric") { request, context in try await metrics(request, context) }
        routes.post("batch/logger/experiment/parameter") { request, context in
            try await parameters(request, context)
        }
    }

    func registerREST(in routes: some RouterMethods<EdgeContext>) {
        routes.comet("write/experiment/output", gateway, output)
    }

    /// The hot path: bytes into columns, columns into one message.
    private func metrics(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await gateway.authenticator.caller(request, context)
        let isGzip = try RequestBytes.isGzip(request)
        let body = try await RequestBytes.collect(request, bytesMax: Self.metricBytesMax)
        let now = UnixTime.milliseconds()
        let columns = try body.withUnsafeReadableBytes { try decoders.decode($0, isGzip: isGzip, nowMs: now) }
        guard !columns.experimentKey.isEmpty else {
            throw CometRequest.keyMissing()
        }
        guard !columns.values.isEmpty else {
            guard columns.skipped.isEmpty else {
                throw Failure(
                    .invalid, "No value is a number: \(Self.names(columns.skipped)).", reason: "field_invalid")
            }
            return Reply.cometOK
        }
        try await append(columns, caller.call(context))
        guard !columns.skipped.isEmpty else { return Reply.cometOK }
        return Reply.comet(message: "Left out, because their values are no numbers: \(Self.names(columns.skipped)).")
    }

    private func append(_ columns: MetricColumns, _ call: CallContext) async throws {
        let request = AppendMetricsRequest.with {
            $0.key = columns.experimentKey
            $0.batch.series = columns.series.map { series in
                .with { ($0.name, $0.context) = (series.name, series.context) }
            }
            $0.batch.seriesIndex = columns.seriesIndex
            $0.batch.values = columns.values
            $0.batch.steps = columns.steps
            $0.batch.epochs = columns.epochs
            $0.batch.timesMs = columns.times
        }
        try await gateway.backends.tracking.append(request, call)
    }

    private static func names(_ names: [String]) -> String {
        let distinct = Array(Set(names)).sorted()
        return distinct.prefix(20).joined(separator: ", ")
            + (distinct.count > 20 ? " and \(distinct.count - 20) more" : "")
    }
}

extension Batches {
    private func parameters(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let now = UnixTime.milliseconds()
        let (batch, caller) = try await gateway.comet(request, context) { body in
            try ParameterBatch(json: body, nowMs: now, bytesMax: Self.messageBytesMax)
        }
        guard let key = batch.experimentKey, !key.isEmpty else { throw CometRequest.keyMissing() }
        for columns in batch.columns {
            try await gateway.backends.tracking.logParameters(
                .with { ($0.key, $0.parameters) = (key, ValueColumns(columns)) }, caller.call(context))
        }
        return Reply.cometOK
    }

    /// The client's `localTimestamp` is a monotonic clock (T11): the time of a line is when it arrives. A line keeps
    /// its offset when it comes again, so that what is cut into several calls may be repeated.
    private func output(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        let now = UnixTime.milliseconds()
        let runContext = try q.fields.stringIfAny("runContext") ?? ""
        var (part, size) = ([OutputLine](), 0)
        for item in try q.fields.objects("outputLines") {
            let line = try OutputLine.with {
                $0.offset = try item.integerIfAny("offset") ?? 0
                $0.stderr = try item.bool("stderr")
                $0.text = try item.text("output")
                $0.timeMs = now
                $0.context = runContext
            }
            if size + line.text.utf8.count > Self.messageBytesMax, !part.isEmpty {
                try await append(part, key, q)
                (part, size) = ([], 0)
            }
            part.append(line)
            size += line.text.utf8.count + 32
        }
        if !part.isEmpty { try await append(part, key, q) }
        return Reply.cometOK
    }

    private func append(_ lines: [OutputLine], _ key: String, _ q: CometRequest) async throws {
        try await gateway.backends.tracking.appendOutput(.with { ($0.key, $0.lines) = (key, lines) }, q.call())
    }
}

extension ValueColumns {
    init(_ columns: ParameterColumns) {
        self.init()
        (texts, lengths, forms) = (Data(columns.texts), columns.lengths, Data(columns.forms))
        (timesMs, steps) = (columns.times, columns.steps)
    }
}

enum UnixTime {
    static func milliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }
}
