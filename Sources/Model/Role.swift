/// What somebody is in a scope. Ordered: a later role of the same kind may all that an earlier one may.
public enum Role: String, Sendable, CaseIterable, Hashable {
    case viewer, commenter, editor, admin, owner
    case instanceUser, instanceAuditor, instanceAdmin
    /// A set of actions that a workspace has named for itself; `Grant.actions` holds them.
    case custom

    /// Roles that are held in a workspace or project, as opposed to the whole instance.
    public static let scoped: [Role] = [.viewer, .commenter, .editor, .admin, .owner]

    /// Those that the matrix knows: all but custom ones.
    public static let fixed = allCases.filter { $0 != .custom }
}

/// What somebody does. API keys are limited by these same names.
public enum Action: String, Sendable, CaseIterable, Hashable {
    /// See a workspace, its projects, experiments and files.
    case read
    /// Write threads and notes.
    case comment
    /// Create experiments and log to them.
    case log
    /// Rename, tag, archive and move experiments of others.
    case edit
    /// Delete experiments and their files for good.
    case delete
    /// Create projects.
    case createProject
    /// Rename and delete projects, change workspace settings.
    case administer
    case manageMembers
    case readAudit
    /// Accounts and settings of the whole instance.
    case administerInstance
    case createWorkspace

    /// What a custom role may be made of: reading and everything in a workspace but its members and its log.
    public static let grantable: Set<Action> = [.read, .comment, .log, .edit, .delete, .createProject, .administer]
}

/// The permission matrix, as one pure table. Custom roles are not in it: each brings its own actions.
/// `Docs/security.md` prints it; `Tests/Golden/roles.txt` holds it.
public enum Matrix {
    public static func allows(_ role: Role, _ action: Action) -> Bool {
        table[role]?.contains(action) ?? false
    }

    /// What a role may do in a workspace; empty for those of the instance and for `.custom`.
    public static func actions(of role: Role) -> Set<Action> { table[role] ?? [] }

    private static let viewer: Set<Action> = [.read]
    private static let commenter = viewer.union([.comment])
    private static let editor = commenter.union([.log, .edit, .createProject])
    private static let admin = editor.union([.delete, .administer, .manageMembers, .readAudit])

    private static let table: [Role: Set<Action>] = [
        .viewer: viewer,
        .commenter: commenter,
        .editor: editor,
        .admin: admin,
        .owner: admin,
        .instanceUser: [.createWorkspace],
        .instanceAuditor: [.createWorkspace, .readAudit],
        .instanceAdmin: [.createWorkspace, .readAudit, .administerInstance, .manageMembers],
    ]
}
