public import Foundation

/// Who is calling and what they may do, as the auth service has signed it.
/// Only code that has checked that signature makes one (`Daemon.AccessVerifier`), and tests.
public struct Access: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case person, serviceAccount, guest, group
        /// A key that keeps people and groups for a provider, and opens nothing else.
        case provisioner
    }

    /// An API key is its owner minus these. An empty set limits nothing.
    public struct Limits: Sendable, Equatable {
        public let actions: Set<Action>
        public let workspaces: Set<ID<Workspace>>
        public let projects: Set<ID<Project>>

        public init(actions: Set<Action> = [], workspaces: Set<ID<Workspace>> = [], projects: Set<ID<Project>> = []) {
            self.actions = actions
            self.workspaces = workspaces
            self.projects = projects
        }
    }

    public let kind: Kind
    public let principal: ID<Account>
    public let name: String
    public let grants: [Grant]
    public let denials: [Denial]
    public let limits: Limits
    public let credential: ID<Credential>
    /// By a browser's session, not by a key.
    public let bySession: Bool
    public let assurance: Assurance
    public let expiresAt: Date
    /// For the audit log; not signed, and nothing is decided by it.
    public var origin = Origin.unknown

    /// Where a request came from, as far as its first receiver knows.
    public struct Origin: Sendable, Equatable {
        public static let unknown = Origin(address: "", request: "")

        public let address: String
        /// The id that the answer carried.
        public let request: String

        public init(address: String, request: String) {
            self.address = address
            self.request = request
        }
    }

    public init(
        kind: Kind, principal: ID<Account>, name: String, grants: [Grant], denials: [Denial] = [],
        limits: Limits = Limits(), credential: ID<Credential>, bySession: Bool = false,
        assurance: Assurance = Assurance(), expiresAt: Date
    ) {
        self.kind = kind
        self.principal = principal
        self.name = name
        self.grants = grants
        self.denials = denials
        self.limits = limits
        self.credential = credential
        self.bySession = bySession
        self.assurance = assurance
        self.expiresAt = expiresAt
    }

    public func allows(_ action: Action, on scope: Scope) -> Bool {
        !assurance.isFactorDue(on: scope) && holds(action, on: scope)
    }

    /// Whatever the caller would still have to prove.
    private func holds(_ action: Action, on scope: Scope) -> Bool {
        isOpen(action, on: scope) && grants.contains { $0.scope.covers(scope) && $0.allows(action) }
    }

    /// Whether neither the key's limits nor a denial stand against it. Not a right: what somebody may do to what is
    /// their own without having the right to do it to all asks for this.
    public func isOpen(_ action: Action, on scope: Scope) -> Bool {
        limits.allow(action, on: scope)
            && !denials.contains { $0.scope.covers(scope) && $0.actions.contains(action) }
    }

    /// The proof that `action` may be done on `scope`.
    ///
    /// Throws `.notFound` to those who may not even read there: existence is a secret; `.forbidden` to the others, with
    /// `second_factor_required` to those who lack one that is asked for there.
    public func require(_ action: Action, on scope: Scope) throws(Failure) -> Permit {
        if allows(action, on: scope) { return Permit(action, on: scope, of: self) }
        if assurance.isFactorDue(on: scope), holds(action, on: scope) || holds(.read, on: scope) {
            throw Assurance.factorRequired
        }
        guard mayKnowOf(scope) else { throw Failure(.notFound, "There is no such thing here, or you may not see it.") }
        throw Failure(.forbidden, "This needs the right to \(action.rawValue), which you or your key do not have here.")
    }

    /// The workspaces in which the caller may do `action` on the whole or on some project.
    public func workspaces(allowing action: Action) -> [ID<Workspace>] {
        var (found, seen): ([ID<Workspace>], Set<ID<Workspace>>) = ([], [])
        for grant in grants {
            guard let workspace = grant.scope.workspace, reaches(action, grant.scope, in: workspace) else { continue }
            // Most callers have a few; a set is for those who have many.
            if grants.count <= 16 {
                if !found.contains(workspace) { found.append(workspace) }
            } else if seen.insert(workspace).inserted {
                found.append(workspace)
            }
        }
        return found
    }

    /// A key that is limited to some projects does not have the whole workspace, but what it has lies in it.
    private func reaches(_ action: Action, _ scope: Scope, in workspace: ID<Workspace>) -> Bool {
        allows(action, on: scope) || limits.projects.contains { allows(action, on: .project($0, in: workspace)) }
    }

    private func mayKnowOf(_ scope: Scope) -> Bool {
        if scope == .instance { return true }
        let ingestOnly = !limits.actions.isEmpty && !limits.actions.contains(.read)
        return allows(.read, on: scope) || (ingestOnly && allows(.log, on: scope))
    }
}

extension Access.Limits {
    func allow(_ action: Action, on scope: Scope) -> Bool {
        if !actions.isEmpty && !actions.contains(action) { return false }
        if !workspaces.isEmpty {
            guard let workspace = scope.workspace, workspaces.contains(workspace) else { return false }
        }
        if !projects.isEmpty {
            guard let project = scope.project, projects.contains(project) else { return false }
        }
        return true
    }
}

/// Proof that a right was checked. Stores demand it; only `Access.require` makes one.
public struct Permit: Sendable, Equatable {
    public let action: Action
    public let scope: Scope
    public let principal: ID<Account>
    public let name: String
    public let credential: ID<Credential>
    public let origin: Access.Origin

    init(_ action: Action, on scope: Scope, of access: Access) {
        self.action = action
        self.scope = scope
        principal = access.principal
        name = access.name
        credential = access.credential
        origin = access.origin
    }
}
