import Foundation
import Model

/// A workspace: the tenant, and the first part of every address in it.
struct WorkspaceRow: Equatable, Sendable {
    let id: ID<Workspace>
    let name: String
    let createdAt: Date
    /// Whether the caller means this one when they name none.
    var isDefault: Bool
}
