import Foundation
public import Model
import SwiftProtobuf
public import WireMessages

extension Grant {
    /// Throws `.invalid` for a role that is not known or cannot be held there.
    public init(claim: GrantClaim) throws(Failure) {
        guard let role = Role(claim.role) else {
            throw Failure(.invalid, "There is no such role.", reason: "role_unknown")
        }
        let scope = try Scope(workspace: claim.workspaceID, project: claim.projectID)
        guard (Role.scoped.contains(role) || role == .custom) != (scope == .instance) else {
            throw Failure(.invalid, "The role \(role.rawValue) cannot be held there.", reason: "role_misplaced")
        }
        if role == .custom {
            self.init(custom: try Action.named(claim.actions), on: scope)
        } else {
            let until = claim.untilMs == 0 ? nil : Date(timeIntervalSince1970: Double(claim.untilMs) / 1000)
            self.init(role, on: scope, until: until)
        }
    }

    public var claim: GrantClaim {
        GrantClaim.with {
            ($0.workspaceID, $0.projectID) = scope.claim
            $0.role = role.claim
            $0.actions = actions.map(\.rawValue).sorted()
            // Rounded down: not a moment longer.
            $0.untilMs = until.map { Int64($0.timeIntervalSince1970 * 1000) } ?? 0
        }
    }
}

extension Denial {
    public init(claim: DenialClaim) throws(Failure) {
        let scope = try Scope(workspace: claim.workspaceID, project: claim.projectID)
        self.init(try Action.named(claim.actions), on: scope)
    }

    public var claim: DenialClaim {
        DenialClaim.with {
            ($0.workspaceID, $0.projectID) = scope.claim
            $0.actions = actions.map(\.rawValue).sorted()
        }
    }
}

extension Action {
    /// Throws `.invalid` for a name that this release does not know: dropping it could widen what is meant to be
    /// narrow.
    public static func named(_ names: [String]) throws(Failure) -> Set<Action> {
        var actions = Set<Action>()
        for name in names {
            guard let action = Action(rawValue: name) else {
                throw Failure(.invalid, "There is no action named \(name.prefix(40)).", reason: "action_unknown")
            }
            actions.insert(action)
        }
        return actions
    }
}
