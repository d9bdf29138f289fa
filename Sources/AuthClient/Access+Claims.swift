public import Foundation
public import Model
import SwiftProtobuf
public import WireMessages

// `Access` in its form for the wire: `AccessClaims`, which auth signs and every service verifies.

extension Access {
    /// Throws `.unauthenticated` for claims that this release does not understand: an unknown role or action
    /// must not be dropped silently, since a limit that is not understood would no longer limit.
    public init(claims: AccessClaims) throws(Failure) {
        guard let kind = Kind(claims.kind), let principal = ID<Account>(bytes: claims.principalID),
            let credential = ID<Credential>(bytes: claims.credentialID)
        else { throw Access.unreadable("principal") }
        var grants: [Grant] = []
        for claim in claims.grants { grants.append(try Grant(claim: claim)) }
        var denials: [Denial] = []
        for claim in claims.denials { denials.append(try Denial(claim: claim)) }
        self.init(
            kind: kind, principal: principal, name: claims.name, grants: grants, denials: denials,
            limits: claims.hasLimits ? try Limits(claim: claims.limits) : Limits(),
            credential: credential, bySession: claims.bySession, assurance: try Assurance(claims: claims),
            expiresAt: Date(timeIntervalSince1970: Double(claims.expiresMs) / 1000))
    }

    public func claims(issuedAt: Date) -> AccessClaims {
        AccessClaims.with { claims in
            claims.kind = kind.claim
            claims.principalID = Data(principal.bytes)
            claims.name = name
            claims.grants = grants.map(\.claim)
            claims.denials = denials.map(\.claim)
            if limits != Limits() { claims.limits = limits.claim }
            claims.issuedMs = issuedAt.milliseconds
            claims.expiresMs = expiresAt.milliseconds
            claims.credentialID = Data(credential.bytes)
            claims.bySession = bySession
            claims.provedMs = assurance.provedAt?.milliseconds ?? 0
            claims.secondFactor = assurance.hasSecondFactor
            claims.factorDue = assurance.due == .everywhere
            if case .workspaces(let workspaces) = assurance.due {
                claims.factorDueIn = workspaces.map { Data($0.bytes) }.sorted { $0.lexicographicallyPrecedes($1) }
            }
        }
    }

    static func unreadable(_ what: String) -> Failure {
        Failure(.unauthenticated, "Who you are could not be read.", reason: "access_unreadable", detail: what)
    }
}

extension Assurance {
    init(claims: AccessClaims) throws(Failure) {
        var workspaces: Set<ID<Workspace>> = []
        for bytes in claims.factorDueIn { workspaces.insert(try ID(claim: bytes, "workspace")) }
        self.init(
            provedAt: claims.provedMs == 0 ? nil : Date(timeIntervalSince1970: Double(claims.provedMs) / 1000),
            hasSecondFactor: claims.secondFactor,
            due: claims.factorDue ? .everywhere : workspaces.isEmpty ? .nowhere : .workspaces(workspaces))
    }
}

extension Access.Kind {
    public init?(_ claim: AccessClaims.PrincipalKind) {
        switch claim {
        case .person: self = .person
        case .serviceAccount: self = .serviceAccount
        case .guest: self = .guest
        case .group: self = .group
        case .provisioner: self = .provisioner
        case .principalUnspecified, .UNRECOGNIZED: return nil
        }
    }

    public var claim: AccessClaims.PrincipalKind {
        switch self {
        case .person: .person
        case .serviceAccount: .serviceAccount
        case .guest: .guest
        case .group: .group
        case .provisioner: .provisioner
        }
    }
}

extension Access.Limits {
    public init(claim: KeyLimitsClaim) throws(Failure) {
        let actions = try Action.named(claim.actions)
        var (workspaces, projects) = (Set<ID<Workspace>>(), Set<ID<Project>>())
        for bytes in claim.workspaceIds { workspaces.insert(try ID(claim: bytes, "workspace")) }
        for bytes in claim.projectIds { projects.insert(try ID(claim: bytes, "project")) }
        self.init(actions: actions, workspaces: workspaces, projects: projects)
    }

    /// Sorted, so that equal limits give equal bytes.
    public var claim: KeyLimitsClaim {
        KeyLimitsClaim.with {
            $0.actions = actions.map(\.rawValue).sorted()
            $0.workspaceIds = workspaces.map { Data($0.bytes) }.sorted { $0.lexicographicallyPrecedes($1) }
            $0.projectIds = projects.map { Data($0.bytes) }.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }
}

extension Scope {
    /// Empty bytes for the instance and, of a project, for the whole workspace.
    public init(workspace: Data, project: Data) throws(Failure) {
        switch (workspace.isEmpty, project.isEmpty) {
        case (true, true): self = .instance
        case (false, true): self = .workspace(try ID(claim: workspace, "workspace"))
        case (false, false):
            self = .project(try ID(claim: project, "project"), in: try ID(claim: workspace, "workspace"))
        case (true, false): throw Failure(.invalid, "A project needs its workspace's id.", reason: "id_invalid")
        }
    }
}

extension Scope {
    /// The workspace and the project; empty where there is none.
    public var claim: (workspace: Data, project: Data) {
        (Data(workspace?.bytes ?? []), Data(project?.bytes ?? []))
    }
}

extension Role {
    public init?(_ claim: RoleName) {
        switch claim {
        case .roleViewer: self = .viewer
        case .roleCommenter: self = .commenter
        case .roleEditor: self = .editor
        case .roleAdmin: self = .admin
        case .roleOwner: self = .owner
        case .roleInstanceUser: self = .instanceUser
        case .roleInstanceAuditor: self = .instanceAuditor
        case .roleInstanceAdmin: self = .instanceAdmin
        case .roleCustom: self = .custom
        case .roleUnspecified, .UNRECOGNIZED: return nil
        }
    }

    public var claim: RoleName {
        switch self {
        case .viewer: .roleViewer
        case .commenter: .roleCommenter
        case .editor: .roleEditor
        case .admin: .roleAdmin
        case .owner: .roleOwner
        case .instanceUser: .roleInstanceUser
        case .instanceAuditor: .roleInstanceAuditor
        case .instanceAdmin: .roleInstanceAdmin
        case .custom: .roleCustom
        }
    }
}

extension ID {
    fileprivate init(claim bytes: Data, _ what: StaticString) throws(Failure) {
        guard let id = ID(bytes: bytes) else {
            throw Failure(.invalid, "The \(what)'s id is not 16 bytes.", reason: "id_invalid")
        }
        self = id
    }
}

extension Date {
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}
