import Foundation
import Model

/// Going on from a step of another experiment: a new one that begins as its copy.
struct StepCopies: Sendable {
    let runs: Runs
    let store: StepCopyStore
    let locator: ExperimentLocator
    /// Copies the metrics up to a step; idempotent, as series are sets of points.
    let copyMetrics: @Sendable (ExperimentLocator.Located, ExperimentLocator.Located, Int64) async throws -> Void

    /// Parameters, others but the name, tags, and metrics up to `stepLast`, in the same project. A repetition of the
    /// request goes on where the first one stopped.
    func copy(
        from source: String, to target: String, upTo stepLast: Int64, client: String, token: String, as access: Access
    ) async throws -> Runs.Started {
        let located = try await locator.locate(source, .read, as: access)
        let draft = try Run.Draft(
            workspace: located.place.workspace, project: located.place.project, key: target, client: client,
            token: token)
        let started = try await runs.start(draft, ifExists: .refuse, as: access)
        try await store.copyValues(from: located.place, to: started.run.place)
        try await copyMetrics(located, locator.locate(target, .log, as: access), stepLast)
        return started
    }
}
