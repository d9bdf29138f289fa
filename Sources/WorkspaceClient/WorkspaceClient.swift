public import Model
public import Wire
public import WireMessages

/// Typed calls to the workspace service. Calls which change nothing, or the same thing once, are repeated
/// by Wire when a connection breaks; the others are not, since their outcome would be unknown.
public struct WorkspaceClient: Sendable {
    public let rpc: RPCClient

    public init(rpc: RPCClient) {
        self.rpc = rpc
    }

    /// Makes a workspace and its caller the owner of it. `.conflict` when anybody's workspace has that name.
    public func create(
        _ request: CreateWorkspaceRequest, _ context: CallContext
    ) async throws(Failure) -> CreateWorkspaceResponse {
        try await rpc.call(WorkspaceMethod.createWorkspace, request, context)
    }

    /// The workspaces the caller may read, by name.
    public func list(
        _ request: ListWorkspacesRequest, _ context: CallContext
    ) async throws(Failure) -> ListWorkspacesResponse {
        try await rpc.call(WorkspaceMethod.listWorkspaces, request, context, retry: .idempotent)
    }

    /// By name, by id, or, when both are empty, the caller's default workspace.
    public func find(
        _ request: FindWorkspaceRequest, _ context: CallContext
    ) async throws(Failure) -> FindWorkspaceResponse {
        try await rpc.call(WorkspaceMethod.findWorkspace, request, context, retry: .idempotent)
    }

    /// By its exact name, whosever it is: for an administrator of the instance who is about to enter it.
    public func locate(
        _ request: LocateWorkspaceRequest, _ context: CallContext
    ) async throws(Failure) -> LocateWorkspaceResponse {
        try await rpc.call(WorkspaceMethod.locateWorkspace, request, context, retry: .idempotent)
    }

    /// From now on the caller means this workspace when they name none.
    public func setDefault(
        _ request: SetDefaultWorkspaceRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(WorkspaceMethod.setDefaultWorkspace, request, context, retry: .idempotent)
    }

    /// `.conflict` when the workspace has a project of that name, in whatever case.
    public func createProject(
        _ request: CreateProjectRequest, _ context: CallContext
    ) async throws(Failure) -> CreateProjectResponse {
        try await rpc.call(WorkspaceMethod.createProject, request, context)
    }

    /// What a new experiment needs: the project of that name, created when it is missing and may be.
    /// Reasons: `workspace_unknown`, `project_name_empty`, `project_name_too_long`.
    public func resolveProject(
        _ request: ResolveProjectRequest, _ context: CallContext
    ) async throws(Failure) -> ResolveProjectResponse {
        try await rpc.call(WorkspaceMethod.resolveProject, request, context, retry: .idempotent)
    }

    /// By id, or by workspace and name.
    public func findProject(
        _ request: FindProjectRequest, _ context: CallContext
    ) async throws(Failure) -> FindProjectResponse {
        try await rpc.call(WorkspaceMethod.findProject, request, context, retry: .idempotent)
    }

    /// The projects of a workspace which the caller may read, by name.
    public func listProjects(
        _ request: ListProjectsRequest, _ context: CallContext
    ) async throws(Failure) -> ListProjectsResponse {
        try await rpc.call(WorkspaceMethod.listProjects, request, context, retry: .idempotent)
    }

    /// Changes the fields that are present.
    public func updateProject(
        _ request: UpdateProjectRequest, _ context: CallContext
    ) async throws(Failure) -> UpdateProjectResponse {
        try await rpc.call(WorkspaceMethod.updateProject, request, context, retry: .idempotent)
    }

    /// Forgets the project's own row. Call it last: what hangs on the project is deleted or moved before.
    public func deleteProject(
        _ request: DeleteProjectRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(WorkspaceMethod.deleteProject, request, context)
    }

    public func projectNotes(
        _ request: GetProjectNotesRequest, _ context: CallContext
    ) async throws(Failure) -> GetProjectNotesResponse {
        try await rpc.call(WorkspaceMethod.getProjectNotes, request, context, retry: .idempotent)
    }

    public func setProjectNotes(
        _ request: SetProjectNotesRequest, _ context: CallContext
    ) async throws(Failure) -> Empty {
        try await rpc.call(WorkspaceMethod.setProjectNotes, request, context, retry: .idempotent)
    }
}
