import Foundation
import Model

/// Somebody's role somewhere, as the members' list shows it.
struct Membership: Sendable {
    let account: ID<Account>
    let name: String
    let email: String
    let grant: Grant
    let since: Date
    /// Whose group brings it; `nil`: it was given by hand.
    let provider: String?
}

/// What a change of a grant is decided on, read under the lock of its workspace.
struct GrantSituation: Sendable, Equatable {
    /// The highest role the actor holds there now, whatever the access says that was signed a minute ago.
    let actorRole: Role?
    /// What the other has there now; of somebody who is put out of a whole workspace, the highest.
    let presentRole: Role?
    let accountExists: Bool
    let workspaceHasGrants: Bool

    /// Throws unless one of the actor's role may put `role` (`nil`: nothing) in the place of the present one.
    func check(_ role: Role?) throws(Failure) {
        guard accountExists else { throw Failure(.notFound, "There is no such account.", reason: "account_unknown") }
        guard let actorRole, Matrix.allows(actorRole, .manageMembers) else {
            throw Failure(.forbidden, "Your role no longer lets you manage members here.")
        }
        let highest = [role, presentRole].compactMap { $0 }.map(\.rank).max() ?? 0
        guard highest <= actorRole.rank else {
            throw Failure(
                .forbidden, "Nobody gives or takes a role above their own.", reason: "role_above_own")
        }
    }
}
