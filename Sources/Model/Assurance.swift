public import Foundation

/// How well a session is proven, and what it must prove before it may go on.
public struct Assurance: Sendable, Equatable {
    /// Where a second factor is asked for that the caller does not have.
    public enum Due: Sendable, Equatable {
        case nowhere
        /// Nothing may be done but to enrol one.
        case everywhere
        case workspaces(Set<ID<Workspace>>)
    }

    /// For so long after it was proven a session may do what is sensitive.
    public static let recent: TimeInterval = 600

    /// When the password, and the second factor of who has one, were last given; `nil`: an API key's access.
    public let provedAt: Date?
    public let hasSecondFactor: Bool
    public let due: Due

    public init(provedAt: Date? = nil, hasSecondFactor: Bool = false, due: Due = .nowhere) {
        self.provedAt = provedAt
        self.hasSecondFactor = hasSecondFactor
        self.due = due
    }

    func isFactorDue(on scope: Scope) -> Bool {
        switch due {
        case .nowhere: false
        case .everywhere: true
        case .workspaces(let workspaces): scope.workspace.map(workspaces.contains) ?? false
        }
    }

    public static let factorRequired = Failure(
        .forbidden, "A second factor is required here. Set one up under Settings, Security, then come back.",
        reason: "second_factor_required")
}

extension Access {
    /// For acts that a session left open, or stolen, must not be enough for.
    ///
    /// Throws `.forbidden`: `session_required` for a key, which can never do them; `reauth_required` for a session
    /// that was last proven too long ago: the page `/reauthenticate` and `POST /api/v1/session/reauthenticate`
    /// prove it anew.
    public func requireRecentProof(now: Date = Date()) throws(Failure) {
        guard bySession else {
            throw Failure(
                .forbidden, "This is done in a browser session, not by a key.", reason: "session_required")
        }
        guard let provedAt = assurance.provedAt, now.timeIntervalSince(provedAt) < Assurance.recent else {
            throw Failure(
                .forbidden, "This needs your password again: it was last given more than ten minutes ago.",
                reason: "reauth_required")
        }
    }

    /// Workspaces with a grant of the caller's that are shut until there is a second factor.
    public var shutWorkspaces: [ID<Workspace>] {
        guard case .workspaces(let shut) = assurance.due else { return [] }
        return shut.sorted { $0.text < $1.text }
    }

    /// Throws `.forbidden` (`second_factor_required`) when the instance asks for one that the caller does not have.
    public func requireSettled() throws(Failure) {
        guard assurance.due != .everywhere else { throw Assurance.factorRequired }
    }
}
