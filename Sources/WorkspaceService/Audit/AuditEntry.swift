import Foundation
import Model

/// A change made here, on its way into the log that auth keeps.
struct AuditEntry: Equatable, Sendable {
    let id: UUID
    let workspace: ID<Workspace>
    let actor: ID<Account>
    let actorName: String
    let action: String
    let object: String
    let happenedAt: Date
    let address: String
    let credential: ID<Credential>
    let request: String
}
