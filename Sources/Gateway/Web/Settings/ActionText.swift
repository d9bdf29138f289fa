import Model

/// How an action reads to people; `name` is what keys and the interface call it.
struct ActionText: Sendable {
    let name: String
    let title: String
    let about: String
    let isChosen: Bool

    init(_ action: Action, isChosen: Bool = false) {
        name = action.rawValue
        (title, about) = Self.words(action)
        self.isChosen = isChosen
    }

    /// What is done in a workspace, from the harmless to the far-reaching.
    static let scoped = Action.allCases.filter { $0 != .administerInstance && $0 != .createWorkspace }
    /// What a workspace's own role may be made of.
    static let grantable = Action.allCases.filter(Action.grantable.contains)

    /// A grid of checkboxes, of which those named are checked.
    static func grid(_ actions: [Action], chosen: some Collection<String>) -> [ActionText] {
        actions.map { ActionText($0, isChosen: chosen.contains($0.rawValue)) }
    }

    /// The titles of what is named, in the order of the matrix.
    static func titles(_ names: [String]) -> [String] {
        Action.allCases.filter { names.contains($0.rawValue) }.map { words($0).title }
    }

    private static func words(_ action: Action) -> (title: String, about: String) {
        switch action {
        case .read: ("Read", "See projects, experiments and files.")
        case .comment: ("Comment", "Write threads and notes.")
        case .log: ("Log", "Make experiments, and log to them.")
        case .edit: ("Edit", "Rename, tag, archive and move experiments of others.")
        case .delete: ("Delete", "Delete experiments and their files for good.")
        case .createProject: ("Make projects", "Begin new projects.")
        case .administer: ("Administer", "Rename and delete projects, and change the settings of the workspace.")
        case .manageMembers: ("Manage members", "Invite and remove people, and change what they may do.")
        case .readAudit: ("Read the audit log", "See who did what, and when.")
        case .administerInstance: ("Administer the instance", "See to accounts, providers and the whole server.")
        case .createWorkspace: ("Make workspaces", "Begin new workspaces, and own them.")
        }
    }
}
