import Foundation
import Model
import Wire
import WireMessages

/// REGISTER_RPC, CALL_RPC, PENDING_RPCS, SAVE_RPC_RESULT, LIST_RPCS.
struct RemoteCallHandler: Sendable {
    let calls: RemoteCalls

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.registerRpc, .access, register)
        methods.unary(TrackingMethod.callRpc, .access, call)
        methods.unary(TrackingMethod.pendingRpcs, .access, pending)
        methods.unary(TrackingMethod.saveRpcResult, .access, saveResult)
        methods.unary(TrackingMethod.listRpcs, .access, list)
    }

    func register(_ q: RegisterRPCRequest, _ call: Call) async throws -> Empty {
        let function = try RemoteFunction(
            name: q.function.name, documentation: q.function.documentation, arguments: q.function.arguments)
        try await calls.register(function, on: q.key, as: call.requireAccess())
        return Empty()
    }

    func call(_ q: CallRPCRequest, _ call: Call) async throws -> CallRPCResponse {
        var response = CallRPCResponse()
        response.callID = try await calls.call(
            q.function, isBuiltIn: q.builtIn, arguments: q.arguments, on: q.key, as: call.requireAccess()
        ).uuidString.lowercased()
        return response
    }

    func pending(_ q: PendingRPCsRequest, _ call: Call) async throws -> PendingRPCsResponse {
        var response = PendingRPCsResponse()
        response.calls = try await calls.pending(q.key, as: call.requireAccess()).map(RPCCallRecord.init)
        return response
    }

    func saveResult(_ q: SaveRPCResultRequest, _ call: Call) async throws -> Empty {
        guard let id = UUID(uuidString: q.callID) else {
            throw Failure(.notFound, "There is no such call.", reason: "call_unknown")
        }
        let result = RemoteCallStore.Result(
            call: id, text: q.result, error: q.error, stackTrace: q.stackTrace,
            endedAt: Field.date(q.endedMs) ?? Date())
        try await calls.saveResult(result, on: q.key, as: call.requireAccess())
        return Empty()
    }

    func list(_ q: ListRPCsRequest, _ call: Call) async throws -> ListRPCsResponse {
        let all = try await calls.list(q.key, as: call.requireAccess())
        var response = ListRPCsResponse()
        response.functions = all.functions.map(RPCFunction.init)
        response.calls = all.calls.map(RPCCallRecord.init)
        return response
    }
}

extension RPCFunction {
    init(_ function: RemoteFunction) {
        self.init()
        (name, documentation, arguments) = (function.name, function.documentation, function.arguments)
    }
}

extension RPCCallRecord {
    init(_ call: RemoteCall) {
        self.init()
        (callID, userName, function) = (call.id.uuidString.lowercased(), call.caller, call.function)
        (builtIn, arguments, createdMs) = (call.isBuiltIn, call.arguments, call.createdAt.milliseconds)
        (result, error, endedMs) = (call.result, call.error, call.endedAt?.milliseconds ?? 0)
    }
}
