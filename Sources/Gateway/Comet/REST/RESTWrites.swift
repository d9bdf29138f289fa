import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages

/// Values written one by one (comet-rest §4). The rest of the writes are shared with the logging side.
struct RESTWrites: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.post, "write/experiment/metric", gateway, metric)
        routes.on(.post, "write/experiment/parameter", gateway, parameter)
        routes.on(.post, "write/experiment/parameter/delete", gateway, deleteParameter)
        routes.on(.post, "write/experiments/parameters/delete", gateway, deleteParameters)
        routes.on(.post, "write/experiment/tags", gateway) { try await tags($0, adds: true) }
        routes.on(.post, "write/experiment/tags/delete", gateway) { try await tags($0, adds: false) }
        routes.on(.post, "write/experiment/code", gateway, code)
        routes.on(.post, "write/experiment/cpu-metrics", gateway, cpu)
        routes.on(.post, "write/experiment/ram-metrics", gateway) { rest in
            try await numbers(rest, ["totalRam": "sys.ram.total", "usedRam": "sys.ram.used"])
        }
        routes.on(.post, "write/experiment/load-metrics", gateway) { rest in
            try await numbers(rest, ["loadAverage": "sys.load.avg"])
        }
        routes.on(.post, "write/experiment/gpu-metrics", gateway, gpu)
    }

    private func metric(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let name = try body.string("metricName")
        guard let value = try body.doubleIfAny("metricValue") else { throw Failure(body.missing("metricValue")) }
        return try await append(rest, body, [(name, value)])
    }

    private func cpu(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let loads = try body.list("cpuPercentUtilization").compactMap { Double($0.shown) }
        let points = loads.enumerated().map { (String(format: "sys.cpu.percent.%02d", $0.offset + 1), $0.element) }
        let average = loads.isEmpty ? [] : [("sys.cpu.percent.avg", loads.reduce(0, +) / Double(loads.count))]
        return try await append(rest, body, points + average)
    }

    private func numbers(_ rest: RESTCall, _ names: [String: String]) async throws -> Response {
        let body = try await rest.body()
        var points: [(String, Double)] = []
        for (field, name) in names.sorted(by: { $0.key < $1.key }) {
            if let value = try body.doubleIfAny(field) { points.append((name, value)) }
        }
        return try await append(rest, body, points)
    }

    private func gpu(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let fields = [
            "freeMemory": "free_memory", "usedMemory": "used_memory", "gpuUtilization": "gpu_utilization",
            "totalMemory": "total_memory",
        ]
        var points: [(String, Double)] = []
        for gpu in try body.objects("gpus") {
            let id = try gpu.text("gpuId")
            for (field, name) in fields.sorted(by: { $0.key < $1.key }) {
                if let value = try gpu.doubleIfAny(field) { points.append(("sys.gpu.\(id).\(name)", value)) }
            }
        }
        return try await append(rest, body, points)
    }

    /// All at the step, epoch, context and time that the body names.
    private func append(_ rest: RESTCall, _ body: JSONFields, _ points: [(String, Double)]) async throws -> Response {
        let context = try body.text("context")
        let (step, epoch) = try (body.doubleIfAny("step") ?? .nan, body.doubleIfAny("epoch") ?? .nan)
        let time = try body.integerIfAny("timestamp") ?? Int64(Date().timeIntervalSince1970 * 1000)
        let request = try AppendMetricsRequest.with {
            $0.key = try body.string("experimentKey")
            $0.batch.series = points.map { point in .with { ($0.name, $0.context) = (point.0, context) } }
            $0.batch.seriesIndex = points.indices.map(UInt32.init)
            $0.batch.values = points.map(\.1)
            $0.batch.steps = points.map { _ in step }
            $0.batch.epochs = epoch.isNaN ? [] : points.map { _ in epoch }
            $0.batch.timesMs = points.map { _ in time }
        }
        if !points.isEmpty { try await gateway.backends.tracking.append(request, rest.call) }
        return Reply.done()
    }

    private func parameter(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let value = body.value("parameterValue") ?? .null
        var parameter = ParameterColumns()
        parameter.append(
            name: try body.string("parameterName"), shown: value.shown, sent: value.jsonText,
            time: try body.integerIfAny("timestamp") ?? UnixTime.milliseconds(), step: try body.doubleIfAny("step"),
            source: "manual")
        let key = try body.string("experimentKey")
        try await gateway.backends.tracking.logParameters(
            .with { ($0.key, $0.parameters) = (key, ValueColumns(parameter)) }, rest.call)
        return Reply.done()
    }

    private func deleteParameter(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        try await delete(body.string("experimentKey"), [body.string("parameterName")], rest)
        return Reply.done()
    }

    /// The body is a list, and may name several experiments.
    private func deleteParameters(_ rest: RESTCall) async throws -> Response {
        let bytes = try await RequestBytes.collect(rest.request, bytesMax: RESTCall.documentBytesMax)
        guard case .array(let items) = try bytes.withUnsafeReadableBytes({ try JSONParser.parse($0) }) else {
            throw Failure(.invalid, "The body must be a list.", reason: "field_invalid")
        }
        let pairs = try items.map { item in
            let fields = try JSONFields(item)
            return try (key: fields.string("experimentKey"), name: fields.string("parameterName"))
        }
        for (key, own) in Dictionary(grouping: pairs, by: \.key) { try await delete(key, own.map(\.name), rest) }
        return Reply.done()
    }

    private func delete(_ key: String, _ names: [String], _ rest: RESTCall) async throws {
        try await gateway.backends.tracking.deleteParameters(.with { ($0.key, $0.names) = (key, names) }, rest.call)
    }

    private func tags(_ rest: RESTCall, adds: Bool) async throws -> Response {
        let body = try await rest.body()
        let request = try EditTagsRequest.with {
            $0.key = try body.string("experimentKey")
            if adds { $0.add = try body.strings("addedTags") } else { $0.remove = try body.strings("tags") }
        }
        try await gateway.backends.tracking.editTags(request, rest.call)
        return Reply.done()
    }

    private func code(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let request = try SetDocumentRequest.with {
            $0.key = try body.string("experimentKey")
            $0.kind = "code"
            $0.content = try body.text("code")
        }
        try await gateway.backends.tracking.setDocument(request, rest.call)
        return Reply.done()
    }
}
