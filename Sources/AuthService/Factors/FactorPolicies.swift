import Model

/// Who decides who must have a second factor.
struct FactorPolicies: Sendable {
    let store: FactorPolicyStore

    /// And whether the caller's role lets them change it.
    func show(
        _ workspace: ID<Workspace>?, as access: Access
    ) async throws -> (demand: FactorDemand, maySet: Bool) {
        if let workspace {
            _ = try access.require(.read, on: .workspace(workspace))
        } else {
            _ = try access.require(.administerInstance, on: .instance)
        }
        let maySet = workspace.map { access.allows(.administer, on: .workspace($0)) } ?? true
        return (try await store.demand(in: workspace), maySet)
    }

    /// Whoever asks it of others must have one: else they would shut themselves out with this very act.
    func set(
        _ demand: FactorDemand, in workspace: ID<Workspace>?, from address: String, as access: Access
    ) async throws {
        let permit =
            if let workspace {
                try access.require(.administer, on: .workspace(workspace))
            } else {
                try access.require(.administerInstance, on: .instance)
            }
        try access.requireRecentProof()
        guard workspace == nil || demand != .administrators else {
            throw Failure(
                .invalid, "A workspace asks all its members for a second factor, or nobody.", reason: "demand_invalid")
        }
        guard demand == .nobody || access.assurance.hasSecondFactor else {
            throw Failure(
                .conflict, "Set up a second factor for yourself first; then ask it of others.",
                reason: "second_factor_missing")
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), "factor.policy", in: workspace, on: workspace?.text ?? "instance",
            address: address, detail: ["demand": demand.rawValue])
        try await store.set(demand, in: workspace, by: permit, telling: event)
    }
}
