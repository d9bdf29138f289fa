/// What an action is done to. Scopes nest: the instance holds workspaces, and these hold projects.
public enum Scope: Sendable, Hashable {
    case instance
    case workspace(ID<Workspace>)
    case project(ID<Project>, in: ID<Workspace>)

    public var workspace: ID<Workspace>? {
        switch self {
        case .instance: nil
        case .workspace(let id), .project(_, in: let id): id
        }
    }

    public var project: ID<Project>? {
        if case .project(let id, _) = self { id } else { nil }
    }

    /// Whether a right on this scope reaches `other`. The instance does not hold the workspaces' contents:
    /// its administrator has no silent way into them.
    public func covers(_ other: Scope) -> Bool {
        switch (self, other) {
        case (.instance, .instance): true
        case (.workspace(let mine), _): other.workspace == mine
        case (.project, .project): self == other
        default: false
        }
    }
}

/// Takes actions from somebody in a scope, whatever their roles there or above say.
public struct Denial: Sendable, Hashable {
    public let scope: Scope
    public let actions: Set<Action>

    public init(_ actions: Set<Action>, on scope: Scope) {
        self.actions = actions
        self.scope = scope
    }
}
