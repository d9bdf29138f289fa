import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// Who must have a second factor, wherever the caller may decide it: on the instance, and in their workspaces.
struct FactorRules: Sendable {
    struct Rule {
        /// Empty: the instance.
        let workspace: String
        let label: String
        let choices: [Choice]
    }

    struct Choice {
        let word: String
        let label: String
        let chosen: Bool
    }

    /// Each is a call; who has more workspaces uses the interface.
    private static let workspacesMax = 24
    private static let labels = ["nobody": "nobody", "administrators": "its administrators", "everybody": "everybody"]

    let gateway: Gateway
    let caller: Caller
    let context: EdgeContext

    private var call: CallContext { caller.call(context) }

    /// What cannot be read, such as by who has no second factor yet, is left out.
    func all() async -> [Rule] {
        let auth = gateway.backends.auth
        var rules: [Rule] = []
        if let found = try? await auth.showFactorPolicy(.init(), call) {
            rules.append(rule("", "On this instance", found.demand, FactorRoutes.demands))
        }
        let workspaces = (try? await gateway.backends.workspace.list(.init(), call).workspaces) ?? []
        for workspace in workspaces.prefix(Self.workspacesMax) {
            let asked = ShowFactorPolicyRequest.with { $0.workspaceID = workspace.id }
            guard let found = try? await auth.showFactorPolicy(asked, call), found.maySet else { continue }
            let choices = FactorRoutes.demands.filter { $0.demand != .administrators }
            rules.append(rule(workspace.name, "In \(workspace.name)", found.demand, choices))
        }
        return rules
    }

    func set(_ word: String, in workspace: String) async throws(Failure) {
        let demand = FactorRoutes.demands.first { $0.word == word }?.demand ?? .unspecified
        let id =
            workspace.isEmpty
            ? Data() : try await gateway.backends.workspace.find(.with { $0.name = workspace }, call).workspace.id
        let address = context.address
        _ = try await gateway.backends.auth.setFactorPolicy(
            .with { ($0.workspaceID, $0.demand, $0.address) = (id, demand, address) }, call)
    }

    private func rule(
        _ workspace: String, _ label: String, _ demand: FactorDemand, _ choices: [(word: String, demand: FactorDemand)]
    ) -> Rule {
        Rule(
            workspace: workspace, label: label,
            choices: choices.map { choice in
                Choice(
                    word: choice.word, label: Self.labels[choice.word] ?? choice.word, chosen: choice.demand == demand)
            })
    }
}
