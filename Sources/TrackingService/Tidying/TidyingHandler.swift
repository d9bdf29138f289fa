import Model
import Wire
import WireMessages

/// ARCHIVE_EXPERIMENTS, DELETE_EXPERIMENTS, MOVE_EXPERIMENTS.
struct TidyingHandler: Sendable {
    let tidying: Tidying

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.archiveExperiments, .access, archive)
        methods.unary(TrackingMethod.deleteExperiments, .access, delete)
        methods.unary(TrackingMethod.moveExperiments, .access, move)
    }

    func archive(_ q: ArchiveExperimentsRequest, _ call: Call) async throws -> Empty {
        try await tidying.archive(q.keys, archived: q.archived, as: call.requireAccess())
        return Empty()
    }

    func delete(_ q: DeleteExperimentsRequest, _ call: Call) async throws -> Empty {
        try await tidying.delete(q.keys, as: call.requireAccess())
        return Empty()
    }

    func move(_ q: MoveExperimentsRequest, _ call: Call) async throws -> Empty {
        try await tidying.move(
            q.keys, to: Field.id(q.projectID, "project_id"), in: Field.id(q.workspaceID, "workspace_id"),
            as: call.requireAccess())
        return Empty()
    }
}
