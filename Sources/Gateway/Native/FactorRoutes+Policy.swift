import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// Who must have a second factor: on the instance, and in a workspace.
extension FactorRoutes {
    static let demands: [(word: String, demand: FactorDemand)] = [
        ("nobody", .nobody), ("administrators", .administrators), ("everybody", .everybody),
    ]

    @Sendable func showPolicy(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let call = caller.call(context)
        let workspace = try await workspace(context, call)
        let found = try await gateway.backends.auth.showFactorPolicy(.with { $0.workspaceID = workspace }, call)
        return Self.answer(found.demand)
    }

    @Sendable func setPolicy(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let word = try body.string("required_of")
        guard let demand = Self.demands.first(where: { $0.word == word })?.demand else {
            throw Failure(
                .invalid, "required_of is \"nobody\", \"administrators\" or \"everybody\".", reason: "demand_invalid")
        }
        let call = caller.call(context)
        let workspace = try await workspace(context, call)
        let address = context.address
        let set = try await gateway.backends.auth.setFactorPolicy(
            .with { ($0.workspaceID, $0.demand, $0.address) = (workspace, demand, address) }, call)
        return Self.answer(set.demand)
    }

    /// Empty for the instance.
    private func workspace(_ context: EdgeContext, _ call: CallContext) async throws -> Data {
        guard context.parameters.get("workspace") != nil else { return Data() }
        let name = try context.part("workspace")
        return try await gateway.backends.workspace.find(.with { $0.name = name }, call).workspace.id
    }

    private static func answer(_ demand: FactorDemand) -> Response {
        let word = demands.first { $0.demand == demand }?.word ?? "nobody"
        return Reply.json { $0.object { $0.member("required_of", word) } }
    }
}
