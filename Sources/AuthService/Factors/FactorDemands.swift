import Model

/// Who must have a second factor.
enum FactorDemand: String, Sendable {
    case nobody
    /// Of the instance; a workspace has no such word.
    case administrators
    /// In a workspace: its members.
    case everybody
}

/// What is asked of one account: by the instance, and by the workspaces in which it has a grant.
struct FactorDemands: Sendable {
    let instance: FactorDemand
    let workspaces: Set<ID<Workspace>>

    func isAskedByInstance(_ grants: [Grant]) -> Bool {
        switch instance {
        case .nobody: false
        case .administrators: grants.contains { $0.role == .instanceAdmin }
        case .everybody: true
        }
    }

    /// What somebody without a second factor may not do.
    func due(of principal: Principal) -> Assurance.Due {
        if isAskedByInstance(principal.grants) { return .everywhere }
        return workspaces.isEmpty ? .nowhere : .workspaces(workspaces)
    }
}
