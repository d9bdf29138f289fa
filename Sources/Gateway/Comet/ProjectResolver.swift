import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// From the names that a client gives to a project, which is made when it is missing. Remembered for a second for each
/// credential: a sweep starts hundreds of runs in one project.
///
/// Whoever deletes a project therefore looks for new runs in it once more after `lifetime`.
final class ProjectResolver: Sendable {
    private struct Name: Hashable {
        let credential: ID<Caller.Credential>
        let workspace: String
        let project: String
    }

    private let known = Remembered<Name, ProjectRecord>(for: .seconds(1))
    private let client: WorkspaceClient

    init(workspace: WorkspaceClient) {
        client = workspace
    }

    var lifetime: Duration { known.lifetime }

    /// The default ones where a name is empty.
    func project(
        _ project: String, in workspace: String, _ caller: Caller, _ call: CallContext
    ) async throws(Failure) -> ProjectRecord {
        let name = Name(credential: caller.credential, workspace: workspace, project: project)
        return try await known.value(name) { () throws(Failure) in
            try await client.resolveProject(
                .with { ($0.workspaceName, $0.projectName, $0.create) = (workspace, project, true) }, call
            ).project
        }
    }

    /// The project was changed or deleted through this gateway.
    func forget(_ id: Data) {
        known.forget { _, project in project.id == id }
    }
}
