public import Foundation

/// A role in a scope.
public struct Grant: Sendable, Hashable {
    public let scope: Scope
    public let role: Role
    /// Of a custom role what it may do, else empty: the matrix says it.
    public let actions: Set<Action>
    /// When it is over, of an administrator of the instance who has entered a workspace; `nil`: it has no end.
    public let until: Date?

    public init(_ role: Role, on scope: Scope, until: Date? = nil) {
        self.role = role
        self.scope = scope
        self.until = until
        self.actions = []
    }

    /// A custom role.
    public init(custom actions: Set<Action>, on scope: Scope) {
        self.role = .custom
        self.scope = scope
        self.until = nil
        self.actions = actions
    }

    /// What somebody has for a while gives none of what would last longer: who manages members could stay.
    public func allows(_ action: Action, now: Date = Date()) -> Bool {
        if let until, action == .manageMembers || now >= until { return false }
        return role == .custom ? actions.contains(action) : Matrix.allows(role, action)
    }
}
