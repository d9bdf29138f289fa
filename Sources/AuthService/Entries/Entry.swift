import Foundation
import Model

/// An administrator of the instance in a workspace that is not theirs: for a reason, and for a while.
struct Entry: Sendable, Equatable {
    static let reasonMin = 10
    static let reasonMax = 500
    static let hoursMax = 8

    let id: ID<Entry>
    let workspace: ID<Workspace>
    /// As it was called when they entered.
    let workspaceName: String
    let account: ID<Account>
    let name: String
    let role: Role
    let reason: String
    let enteredAt: Date
    /// At the latest.
    let endsAt: Date
    /// `nil`: they are inside.
    let endedAt: Date?

    struct Draft: Sendable {
        static let roles: [Role] = [.viewer, .commenter, .editor, .admin]

        let id = ID<Entry>.fresh()
        let workspace: ID<Workspace>
        let workspaceName: String
        let role: Role
        let reason: String
        let hours: Int

        /// Throws `.invalid`, naming the first rule that is broken.
        init(
            workspace: ID<Workspace>, name: String, role: Role = .viewer, reason: String, hours: Int = 1
        ) throws(Failure) {
            try Name.check(name, "workspace's name")
            guard Self.roles.contains(role) else {
                throw Failure(
                    .invalid, "Who enters a workspace is a viewer, commenter, editor or admin there, never its owner.",
                    reason: "role_unknown")
            }
            let said = reason.plain(Entry.reasonMax + 1).trimmingCharacters(in: .whitespaces)
            guard (Entry.reasonMin...Entry.reasonMax).contains(said.unicodeScalars.count) else {
                throw Failure(
                    .invalid,
                    "Say why, in \(Entry.reasonMin) to \(Entry.reasonMax) characters: its members read it.",
                    reason: "reason_invalid")
            }
            guard (1...Entry.hoursMax).contains(hours) else {
                throw Failure(
                    .invalid, "A workspace is entered for 1 to \(Entry.hoursMax) whole hours.", reason: "hours_invalid")
            }
            (self.workspace, self.workspaceName, self.role) = (workspace, name, role)
            (self.reason, self.hours) = (said, hours)
        }
    }

    /// What ends it before anybody leaves.
    enum End: String, Sendable {
        case left
        case time
        /// They are no administrator of the instance any more.
        case role
    }
}
