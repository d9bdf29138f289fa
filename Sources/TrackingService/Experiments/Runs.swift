import Foundation
import Model

/// Starting, finding and resuming experiments.
struct Runs: Sendable {
    enum IfExists: Sendable { case refuse, resume }

    struct Started: Sendable {
        let run: Run
        let created: Bool
        /// The first offset that this session's console output may use.
        let nextOffset: Int64
    }

    let store: RunStore
    let locator: ExperimentLocator
    let activity: Activity

    /// Throws `.conflict`, reason `experiment_exists`, for a key that is taken where the caller can see it or in the
    /// same workspace; but a repetition of the request that made it gets the same run again.
    func start(_ draft: Run.Draft, ifExists: IfExists, as access: Access) async throws -> Started {
        let permit = try access.require(.log, on: .project(draft.project, in: draft.workspace))
        if let run = try await store.insert(draft, by: permit, seen: ExperimentLocator.workspaces(of: access)) {
            locator.remember(.init(place: run.place, owner: run.owner, name: run.name), for: access)
            activity.pulse.began(run.place)
            return Started(run: run, created: true, nextOffset: 0)
        }
        let located = try await existing(draft.key, as: access)
        if ifExists == .refuse {
            let repeated = try await store.wasStarted(located.place, with: draft.token, by: access.principal)
            guard repeated, !draft.token.isEmpty else { throw Failure.experimentExists }
        }
        return try await resume(located.place)
    }

    /// A client attaches to log.
    func resume(_ key: String, as access: Access) async throws -> Started {
        try await resume(locator.locate(key, .log, as: access).place)
    }

    func get(_ key: String, as access: Access) async throws -> Run {
        let located = try await locator.locate(key, .read, as: access)
        guard let run = try await store.find(located.place) else { throw Failure.experimentUnknown }
        return run
    }

    private func resume(_ place: ExperimentPlace) async throws -> Started {
        guard let offset = try await store.resume(place), let run = try await store.find(place) else {
            locator.forget([place.key])
            throw Failure.experimentUnknown
        }
        activity.pulse.began(place)
        activity.changes.publish(place, .state)
        return Started(run: run, created: false, nextOffset: offset)
    }

    /// The key is taken: if it is not for the caller to log to, it exists all the same.
    private func existing(_ key: String, as access: Access) async throws -> ExperimentLocator.Located {
        do {
            return try await locator.locate(key, .log, as: access)
        } catch let failure as Failure where failure.code == .notFound {
            throw Failure.experimentExists
        }
    }
}
