import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ExplanationHandler: Sendable {
    let explanations: Explanations

    func explain(_ q: ExplainAccessRequest, _ call: Call) async throws -> ExplainAccessResponse {
        guard let action = Action(rawValue: q.action) else {
            throw Failure(.invalid, "There is no action named \(q.action.prefix(40)).", reason: "action_unknown")
        }
        let access = try call.requireAccess()
        let explanation = try await explanations.explain(
            action, on: try Scope(workspace: q.workspaceID, project: q.projectID),
            for: try ID.optional(q.principalID, "account") ?? access.principal,
            key: try ID.optional(q.keyID, "key"), as: access)
        return ExplainAccessResponse.with { response in
            response.allowed = explanation.allowed
            response.steps = explanation.steps.map { step in
                ExplainAccessResponse.Step.with {
                    ($0.rule, $0.allows, $0.text) = (step.rule.rawValue, step.allows, step.text)
                }
            }
        }
    }

    func describe(_ q: DescribeAccessRequest, _ call: Call) async throws -> DescribeAccessResponse {
        let found = try await explanations.describe(as: call.requireAccess())
        return DescribeAccessResponse.with { response in
            response.holdings = found.holdings.map { grant, actions in
                DescribeAccessResponse.Holding.with {
                    $0.grant = grant.claim
                    $0.actions = actions.map(\.rawValue).sorted()
                }
            }
            if let key = found.key { response.key = KeyRecord(key) }
        }
    }
}
