import Foundation
import Model

/// A link that gives whoever uses it first a role in a workspace.
struct Invitation: Sendable {
    static let lifeDays = 7
    /// Open at once, of one workspace.
    static let countMax = 500

    let id: ID<Invitation>
    /// For whom it is meant, in the inviter's words.
    let label: String
    let grant: Grant
    let inviter: String
    let createdAt: Date
    let expiresAt: Date
    /// Whether its link is on the way to the address that is its label.
    var isMailed = false

    struct Draft: Sendable {
        let id = ID<Invitation>.fresh()
        let token = OpaqueToken.fresh()
        let label: String
        let grant: Grant
        let workspace: ID<Workspace>
        let expiresAt = Date().addingTimeInterval(Double(lifeDays) * 86_400)

        /// Throws `.invalid`: owners are made among those who are there, not by a link that may go astray.
        init(label: String, grant: Grant) throws(Failure) {
            guard let workspace = grant.scope.workspace,
                [.viewer, .commenter, .editor, .admin].contains(grant.role)
            else {
                throw Failure(
                    .invalid, "An invitation gives one of the roles viewer, commenter, editor and admin.",
                    reason: "role_misplaced")
            }
            (self.label, self.grant, self.workspace) = (label.plain(254), grant, workspace)
        }
    }
}
