import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// Calls from people into a running script.
struct RemoteCalls: Sendable {
    let gateway: Gateway

    func register(in routes: some RouterMethods<EdgeContext>) {
        routes.cometGet("rpc/get-pending-rpcs", gateway) { query, caller, context, _ in
            try await pending(try query.required("experimentKey"), caller.call(context))
        }
        routes.comet("rpc/register-rpc", gateway, registerFunction)
        routes.comet("rpc/save-rpc-result", gateway, saveResult)
    }

    /// Exactly these members: a client drops a call silently that has one more or less (comet-logging §6.2).
    private func pending(_ key: String, _ call: CallContext) async throws -> Response {
        let calls = try await gateway.backends.tracking.pendingRPCs(.with { $0.key = key }, call).calls
        return Reply.json { writer in
            writer.object { writer in
                writer.key("remoteProcedureCalls")
                writer.array(calls) { writer, call in
                    writer.object { writer in
                        writer.member("callId", call.callID)
                        writer.member("userName", call.userName)
                        writer.member("functionName", call.function)
                        writer.member("cometDefined", call.builtIn)
                        writer.key("arguments")
                        writer.array(call.arguments.sorted { $0.key < $1.key }) { writer, argument in
                            writer.object { writer in
                                writer.member("name", argument.key)
                                writer.member("value", argument.value)
                            }
                        }
                        writer.member("createdAt", call.createdMs)
                    }
                }
            }
        }
    }

    private func registerFunction(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.registerRPC(
            .with {
                $0.key = key
                $0.function.name = try q.fields.string("functionName")
                $0.function.documentation = try q.fields.text("functionDocumentation")
                $0.function.arguments = try q.fields.strings("argumentNames")
            }, q.call())
        return Reply.cometOK
    }

    private func saveResult(_ q: CometRequest) async throws -> Response {
        let key = try q.experimentKey()
        try await gateway.backends.tracking.saveRPCResult(
            .with {
                $0.key = key
                $0.callID = try q.fields.text("callId")
                $0.result = q.fields.value("result")?.shown ?? ""
                $0.error = try q.fields.text("errorMessage")
                $0.stackTrace = try q.fields.text("errorStackTrace")
                $0.startedMs = try q.fields.integerIfAny("startTimeMs") ?? 0
                $0.endedMs = try q.fields.integerIfAny("endTimeMs") ?? 0
            }, q.call())
        return Reply.cometOK
    }
}
