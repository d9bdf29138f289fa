import Model
import Wire
import WireMessages

/// MERGE_SYSTEM_DETAILS, GET_SYSTEM_DETAILS.
struct SystemHandler: Sendable {
    let details: SystemDetails

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.mergeSystemDetails, .access, merge)
        methods.unary(TrackingMethod.getSystemDetails, .access, get)
    }

    func merge(_ q: MergeSystemDetailsRequest, _ call: Call) async throws -> Empty {
        try await details.merge(q.json, into: q.key, as: call.requireAccess())
        return Empty()
    }

    func get(_ q: GetSystemDetailsRequest, _ call: Call) async throws -> GetSystemDetailsResponse {
        var response = GetSystemDetailsResponse()
        response.json = try await details.get(q.key, as: call.requireAccess())
        return response
    }
}
