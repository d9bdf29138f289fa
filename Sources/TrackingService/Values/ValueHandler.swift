import Foundation
import Model
import Wire
import WireMessages

/// LOG_PARAMETERS, DELETE_PARAMETERS, LOG_OTHERS, EDIT_TAGS, GET_VALUES.
struct ValueHandler: Sendable {
    let values: Values

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.logParameters, .access, logParameters)
        methods.unary(TrackingMethod.deleteParameters, .access, deleteParameters)
        methods.unary(TrackingMethod.logOthers, .access, logOthers)
        methods.unary(TrackingMethod.editTags, .access, editTags)
        methods.unary(TrackingMethod.getValues, .access, get)
    }

    func logParameters(_ q: LogParametersRequest, _ call: Call) async throws -> Empty {
        try await values.logParameters(ValueBatch(q.parameters), to: q.key, as: call.requireAccess())
        return Empty()
    }

    func deleteParameters(_ q: DeleteParametersRequest, _ call: Call) async throws -> Empty {
        try await values.deleteParameters(q.names, of: q.key, as: call.requireAccess())
        return Empty()
    }

    func logOthers(_ q: LogOthersRequest, _ call: Call) async throws -> Empty {
        try await values.logOthers(Self.values(q.others), to: q.key, as: call.requireAccess())
        return Empty()
    }

    func editTags(_ q: EditTagsRequest, _ call: Call) async throws -> Empty {
        try await values.editTags(add: q.add, remove: q.remove, of: q.key, as: call.requireAccess())
        return Empty()
    }

    func get(_ q: GetValuesRequest, _ call: Call) async throws -> GetValuesResponse {
        let all = try await values.get(q.key, as: call.requireAccess())
        var response = GetValuesResponse()
        response.parameters = all.parameters.map(ValueRecord.init)
        response.others = all.others.map(ValueRecord.init)
        response.tags = all.tags
        return response
    }

    private static func values(_ records: [ValueRecord]) throws(Failure) -> [LoggedValue] {
        guard records.count <= LoggedValue.requestCountMax else {
            throw Failure(.exhausted, "More than \(LoggedValue.requestCountMax) values in one request.")
        }
        let now = Date().milliseconds
        var values: [LoggedValue] = []
        values.reserveCapacity(records.count)
        for record in records {
            values.append(
                try LoggedValue(
                    name: record.name, value: record.value, json: record.json,
                    time: record.timeMs == 0 ? now : record.timeMs, step: record.step.isFinite ? record.step : nil,
                    context: record.context, source: record.source))
        }
        return values
    }
}

extension ValueRecord {
    init(_ value: LoggedValue) {
        self.init()
        (name, self.value, json, timeMs) = (value.name, value.value, value.json, value.time)
        (step, context, source) = (value.step ?? .nan, value.context, value.source)
        (min, max) = (value.lowText, value.highText)
    }
}
