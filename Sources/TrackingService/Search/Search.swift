import Model

/// Finding experiments by rules, and telling what rules there can be.
struct Search: Sendable {
    /// Keys that fit one message of the wire.
    static let keysMax = 75_000

    struct Query: Sendable {
        let workspace: ID<Workspace>
        let project: ID<Project>
        let archived: Bool
        let condition: Condition
        let limit: Int
        let offset: Int
    }

    /// What a project's experiments have, as one may ask for it.
    struct Column: Sendable, Hashable {
        let name: String
        let type: String
        let source: String
    }

    let store: SearchStore

    /// The keys, the last started first.
    func keys(_ query: Query, as access: Access) async throws -> [String] {
        _ = try access.require(.read, on: .project(query.project, in: query.workspace))
        guard query.condition.ruleCount <= Condition.rulesMax else {
            throw Failure(.exhausted, "More than \(Condition.rulesMax) rules.")
        }
        return try await store.keys(query)
    }

    func columns(of project: ID<Project>, in workspace: ID<Workspace>, as access: Access) async throws -> [Column] {
        _ = try access.require(.read, on: .project(project, in: workspace))
        let logged = try await store.columns(of: project, in: workspace)
        let names = Set(logged.filter { $0.source == "log_other" }.map(\.name))
        return Self.always.filter { $0.source != "log_other" || !names.contains($0.name) } + logged
    }

    static let always: [Column] =
        MetadataField.allCases.map { Column(name: $0.rawValue, type: $0.kind.rawValue, source: "metadata") }
        + [
            Column(name: "Name", type: "string", source: "log_other"),
            Column(name: "throttled", type: "boolean", source: "log_other"),
        ]
}

/// What every experiment has, by the dialect's names.
enum MetadataField: String, Sendable, CaseIterable {
    case runId, experimentKey, userName = "user_name", fileName = "file_name", filePath = "file_path", codeSHA
    case installedPackages = "installed_packages", optimizationId
    case start = "start_server_timestamp", end = "end_server_timestamp", lastMessage = "last_message_time"
    case duration, runActive, hasNotes, hasHtml

    var kind: Rule.Kind {
        switch self {
        case .start, .end, .lastMessage: .datetime
        case .duration: .timenumber
        case .runActive, .hasNotes, .hasHtml: .boolean
        default: .string
        }
    }
}
