import Foundation
import Model

/// Who an account is and what it may do, read in one statement together with the proof of who it is.
struct Principal: Sendable {
    let id: ID<Account>
    let kind: Access.Kind
    let name: String
    let grants: [Grant]
    let denials: [Denial]

    /// Without any right: what a key of provisioning may do is no role.
    var provisioner: Principal { Principal(id: id, kind: .provisioner, name: name, grants: [], denials: []) }
}

extension UUID {
    /// Stands in keys of tables where a scope has no workspace or no project.
    static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

extension Scope {
    var workspaceKey: UUID { workspace?.uuid ?? .none }
    var projectKey: UUID { project?.uuid ?? .none }

    init(workspaceKey: UUID, projectKey: UUID) {
        switch (workspaceKey == .none, projectKey == .none) {
        case (true, _): self = .instance
        case (false, true): self = .workspace(ID(workspaceKey))
        case (false, false): self = .project(ID(projectKey), in: ID(workspaceKey))
        }
    }
}

extension Role {
    /// Among roles of one kind; comparing roles of two kinds says nothing. A custom role may at most what an admin may,
    /// and ranks as an editor: who manages members may give and take it.
    var rank: Int { Role.fixed.firstIndex(of: self == .custom ? .editor : self) ?? 0 }
}
