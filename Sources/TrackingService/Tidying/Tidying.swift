import Model

/// Archiving, moving and deleting experiments. Who may edit or delete in the project may do it to all; everybody who
/// may log there, to their own, but with a key that is limited to logging.
struct Tidying: Sendable {
    static let keysMax = 10_000

    let store: TidyingStore
    let locator: ExperimentLocator
    let changes: ChangeHub

    func archive(_ keys: [String], archived: Bool, as access: Access) async throws {
        let places = try await places(keys, .edit, as: access)
        try await store.setArchived(places, archived)
        for place in places { changes.publish(place, .state) }
    }

    /// For good, and all or none.
    func delete(_ keys: [String], as access: Access) async throws {
        let places = try await places(keys, .delete, as: access)
        try await store.delete(places)
        locator.forget(keys)
        for place in places { changes.publish(place, .state) }
    }

    /// To another project of the same workspace. Files are kept per workspace, so that an experiment which left it
    /// would lose them: `.invalid`, reason `move_across_workspaces`.
    func move(
        _ keys: [String], to project: ID<Project>, in workspace: ID<Workspace>, as access: Access
    ) async throws {
        _ = try access.require(.log, on: .project(project, in: workspace))
        let places = try await places(keys, .edit, as: access)
        guard places.allSatisfy({ $0.workspace == workspace }) else {
            throw Failure(
                .invalid, "Experiments can be moved between projects of one workspace only.",
                reason: "move_across_workspaces")
        }
        try await store.move(places, to: project, in: workspace)
        locator.forget(keys)
        for place in places { changes.publish(place, .state) }
    }

    private func places(_ keys: [String], _ action: Action, as access: Access) async throws -> [ExperimentPlace] {
        guard keys.count <= Self.keysMax else { throw Failure(.exhausted, "More than \(Self.keysMax) experiments.") }
        for key in keys { try ExperimentKey.check(key) }
        return try await locator.locateAll(keys, as: access) { candidate in
            let (scope, isTheirs) = (candidate.place.scope, candidate.owner == access.principal)
            let isFree = isTheirs && access.allows(.log, on: scope) && access.isOpen(action, on: scope)
            if !isFree { _ = try access.require(action, on: scope) }
        }
    }
}
