import Foundation
import Model
import Postgres

/// Somebody's role somewhere, as the members' list shows it.
struct Membership: Sendable {
    let account: ID<Account>
    let name: String
    let email: String
    let kind: Access.Kind
    let grant: Grant
    /// Of a custom role.
    let custom: ID<CustomRole>?
    let customName: String
    let since: Date
    /// Whose group brings it; `nil`: it was given by hand.
    let provider: String?

    /// `nil` for a role of a newer release.
    init?(row: inout Row) throws {
        let account: UUID = try row.read()
        let (name, email, kind): (String, String, String) = (try row.read(), try row.read(), try row.read())
        let scope = Scope(workspaceKey: try row.read(), projectKey: try row.read())
        let (role, actions): (String, String) = (try row.read(), try row.read())
        let (customName, custom): (String, UUID?) = (try row.read(), try row.read())
        let (since, provider): (Date, String?) = (try row.read(), try row.read())
        guard let grant = PrincipalStore.grant(role, customActions: actions, on: scope) else { return nil }
        (self.account, self.name, self.email) = (ID(account), name, email)
        self.kind = Access.Kind(rawValue: kind) ?? .guest
        (self.grant, self.custom, self.customName) = (grant, custom.map { ID($0) }, customName)
        (self.since, self.provider) = (since, provider)
    }

    private init(_ other: Membership, email: String) {
        (account, name, kind) = (other.account, other.name, other.kind)
        (grant, custom, customName, since) = (other.grant, other.custom, other.customName, other.since)
        (self.email, provider) = (email, other.provider)
    }

    /// As those see it who do not manage members.
    var withoutAddress: Membership { Membership(self, email: "") }
}

/// A set of actions that a workspace has given a name.
enum CustomRole {}

/// What a change of a grant is decided on, read under the lock of its workspace.
struct GrantSituation: Sendable, Equatable {
    /// The highest role the actor holds there now, whatever the access says that was signed a minute ago.
    let actorRole: Role?
    /// What the other has there now; of somebody who is put out of a whole workspace, the highest.
    let presentRole: Role?
    /// Of the other's account; `nil` when there is none that could hold a role here.
    let kind: Access.Kind?
    let workspaceHasGrants: Bool

    /// Throws unless one of the actor's role may put `role` (`nil`: nothing) in the place of the present one.
    func check(_ role: Role?) throws(Failure) {
        guard let kind else { throw Failure(.notFound, "There is no such account.", reason: "account_unknown") }
        guard kind == .person || (role != .owner && role != .instanceAdmin) else {
            throw Failure(
                .invalid, "Only people are owners and administrators of the instance.", reason: "role_for_people")
        }
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
