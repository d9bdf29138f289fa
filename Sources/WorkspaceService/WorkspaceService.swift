public import AuthClient
import Foundation
public import Logging
import Model
public import Postgres
import SwiftProtobuf
public import Wire
import WireMessages

/// Workspaces and projects.
public struct WorkspaceService: Sendable {
    private let workspaces: WorkspaceHandler
    private let projects: ProjectHandler
    private let audit: AuditQueue
    private let auth: AuthClient

    public init(database: Database, auth: AuthClient, logger: Logger) {
        let audit = AuditQueue(store: AuditStore(database: database), logger: logger)
        let workspaces = Workspaces(store: WorkspaceStore(database: database), audit: audit)
        let projects = Projects(store: ProjectStore(database: database), workspaces: workspaces, audit: audit)
        self.workspaces = WorkspaceHandler(workspaces: workspaces, auth: auth, logger: logger)
        self.projects = ProjectHandler(projects: projects)
        self.audit = audit
        self.auth = auth
    }

    public func register(in methods: inout Methods) {
        methods.unary(WorkspaceMethod.createWorkspace, .access, workspaces.create)
        methods.unary(WorkspaceMethod.listWorkspaces, .access, workspaces.list)
        methods.unary(WorkspaceMethod.findWorkspace, .access, workspaces.find)
        methods.unary(WorkspaceMethod.locateWorkspace, .access, workspaces.locate)
        methods.unary(WorkspaceMethod.setDefaultWorkspace, .access, workspaces.setDefault)
        methods.unary(WorkspaceMethod.createProject, .access, projects.create)
        methods.unary(WorkspaceMethod.resolveProject, .access, projects.resolve)
        methods.unary(WorkspaceMethod.findProject, .access, projects.find)
        methods.unary(WorkspaceMethod.listProjects, .access, projects.list)
        methods.unary(WorkspaceMethod.updateProject, .access, projects.update)
        methods.unary(WorkspaceMethod.deleteProject, .access, projects.delete)
        methods.unary(WorkspaceMethod.getProjectNotes, .access, projects.notes)
        methods.unary(WorkspaceMethod.setProjectNotes, .access, projects.setNotes)
    }

    /// Carries audit entries to auth until cancelled.
    public func run() async throws {
        await audit.run { [auth] entry in try await deliver(entry, to: auth) }
    }
}

/// `.conflict` says that auth has this entry already.
private func deliver(_ entry: AuditEntry, to auth: AuthClient) async throws {
    let request = RecordAuditRequest.with {
        $0.record.timeUs = Int64((entry.happenedAt.timeIntervalSince1970 * 1_000_000).rounded())
        $0.record.actorID = Data(entry.actor.bytes)
        $0.record.actor = entry.actorName
        $0.record.action = entry.action
        $0.record.workspaceID = Data(entry.workspace.bytes)
        $0.record.object = entry.object
        $0.record.outcome = "ok"
        $0.record.address = entry.address
        $0.record.credentialID = Data(entry.credential.bytes)
        $0.record.request = entry.request
    }
    let context = CallContext(
        access: [], deadline: .seconds(5), trace: "", idempotencyKey: entry.id.uuidString.lowercased())
    _ = try await auth.recordAudit(request, context)
}
