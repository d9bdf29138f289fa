import Foundation
import Model

/// Why somebody may or may not do something somewhere: every rule that had a say, and what it said.
struct Explanation: Sendable, Equatable {
    struct Step: Sendable, Equatable {
        enum Rule: String, Sendable { case account, role, denial, keyActions, keyWorkspaces, keyProjects, keyLife }

        let rule: Rule
        let allows: Bool
        let text: String
    }

    /// A role of the account or of one of its groups.
    struct Held: Sendable {
        let grant: Grant
        let customName: String
        /// "the group …", "the provider …" or "an entry" that brings it; `nil`: it was given to the account itself.
        let through: String?
    }

    struct Denied: Sendable {
        let denial: Denial
        let group: String?
        var reason = ""
    }

    /// A key that is asked about, too.
    struct Key: Sendable {
        let limits: Access.Limits
        let isAlive: Bool
    }

    let allowed: Bool
    let steps: [Step]

    /// The same rules as `Access.allows`, told one by one; a test holds the two against each other.
    init(
        _ action: Action, on scope: Scope, isActive: Bool, held: [Held], denied: [Denied], key: Key?
    ) {
        var steps: [Step] = []
        if !isActive { steps.append(Step(rule: .account, allows: false, text: "The account is out of use.")) }
        let covering = held.filter { $0.grant.scope.covers(scope) }
        steps += covering.map { Self.step($0, action, isKeyAsked: key != nil) }
        if covering.isEmpty { steps.append(Step(rule: .role, allows: false, text: "There is no role here.")) }
        let denials = denied.filter { $0.denial.scope.covers(scope) && $0.denial.actions.contains(action) }
        steps += denials.map { denial in
            let whom = denial.group.map { " to the group \($0)" } ?? ""
            let why = denial.reason.isEmpty ? "" : " Reason: \(denial.reason)"
            return Step(
                rule: .denial, allows: false,
                text: "\(action.rawValue) is denied\(whom) \(denial.denial.scope.place).\(why)")
        }
        steps += key.map { Self.steps($0, action, scope) } ?? []
        let hasRole = steps.contains { $0.rule == .role && $0.allows }
        let isBarred = steps.contains { $0.rule != .role && !$0.allows }
        self.steps = steps
        self.allowed = hasRole && !isBarred
    }

    /// A key has nothing of what its owner holds for a while.
    private static func step(_ held: Held, _ action: Action, isKeyAsked: Bool) -> Step {
        let role = held.grant.role == .custom ? "custom role \(held.customName)" : "role \(held.grant.role.rawValue)"
        let through = held.through.map { " through \($0)" } ?? ""
        let until = held.grant.until.map { " until \($0.formatted(.iso8601))" } ?? ""
        let isOutOfReach = isKeyAsked && held.grant.until != nil
        let allows = held.grant.allows(action) && !isOutOfReach
        let verdict = allows ? "allows" : isOutOfReach ? "is in sessions alone; a key is not allowed" : "does not allow"
        return Step(
            rule: .role, allows: allows,
            text: "The \(role) \(held.grant.scope.place)\(through)\(until) \(verdict) \(action.rawValue).")
    }

    private static func steps(_ key: Key, _ action: Action, _ scope: Scope) -> [Step] {
        let limits = key.limits
        var steps: [Step] = []
        if !key.isAlive { steps.append(Step(rule: .keyLife, allows: false, text: "The key has ended.")) }
        if !limits.actions.isEmpty {
            let allows = limits.actions.contains(action)
            let names = limits.actions.map(\.rawValue).sorted().joined(separator: ", ")
            steps.append(Step(rule: .keyActions, allows: allows, text: "The key is limited to \(names)."))
        }
        if !limits.workspaces.isEmpty {
            let allows = scope.workspace.map(limits.workspaces.contains) ?? false
            steps.append(
                Step(
                    rule: .keyWorkspaces, allows: allows,
                    text: "The key is limited to \(limits.workspaces.count) workspaces, "
                        + (allows ? "this one among them." : "this one not among them.")))
        }
        if !limits.projects.isEmpty {
            let allows = scope.project.map(limits.projects.contains) ?? false
            steps.append(
                Step(
                    rule: .keyProjects, allows: allows,
                    text: "The key is limited to \(limits.projects.count) projects, "
                        + (allows ? "this one among them." : "this one not among them.")))
        }
        return steps
    }
}

extension Scope {
    fileprivate var place: String {
        switch self {
        case .instance: "on the instance"
        case .workspace: "in the workspace"
        case .project: "in the project"
        }
    }
}
