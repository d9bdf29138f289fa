import Foundation
import Model

/// An experiment as it is shown.
struct Run: Sendable {
    enum State: Int, Sendable { case running = 1, finished, crashed, lost }

    let place: ExperimentPlace
    var name: String
    var state: State
    let hasCrashed: Bool
    let error: String
    let archived: Bool
    let offline: Bool
    let owner: ID<Account>
    let ownerName: String
    let fileName: String
    let filePath: String
    let startedAt: Date
    var endedAt: Date?
    /// The last message.
    let updatedAt: Date
    let tags: [String]
    let optimization: String
    /// Empty unless asked for.
    var parameters: [LoggedValue] = []
    var others: [LoggedValue] = []

    /// What a client asks for when it starts one.
    struct Draft: Sendable {
        static let nameBytesMax = 4096
        static let clientBytesMax = 200

        let workspace: ID<Workspace>
        let project: ID<Project>
        let key: String
        let name: String
        let offline: Bool
        let startedAt: Date
        let client: String
        /// Carried again by a repetition of the same request; empty: repetitions cannot be told from others.
        let token: String

        /// Throws `.invalid` for a bad key or name. An empty key or name is invented.
        init(
            workspace: ID<Workspace>, project: ID<Project>, key: String, name: String = "", offline: Bool = false,
            startedAt: Date = Date(), client: String = "", token: String = ""
        ) throws(Failure) {
            try TextRule.check(name, "name of the experiment", bytesMax: Self.nameBytesMax)
            try TextRule.check(client, "name of the client", bytesMax: Self.clientBytesMax)
            if !key.isEmpty { try ExperimentKey.check(key) }
            self.workspace = workspace
            self.project = project
            self.key = key.isEmpty ? ExperimentKey.fresh() : key
            self.name = name.isEmpty ? RunNames.invent() : name
            self.offline = offline
            self.startedAt = startedAt
            self.client = client
            self.token = token
        }
    }
}

/// What text must keep to before it may be stored: PostgreSQL knows no NUL.
enum TextRule {
    static func check(_ text: String, _ what: @autoclosure () -> String, bytesMax: Int) throws(Failure) {
        guard text.utf8.count <= bytesMax else {
            throw Failure(.invalid, "The \(what()) is longer than \(bytesMax) bytes.", reason: "text_too_long")
        }
        guard !text.utf8.contains(0) else {
            throw Failure(.invalid, "The \(what()) holds a NUL byte.", reason: "text_holds_nul")
        }
    }
}
