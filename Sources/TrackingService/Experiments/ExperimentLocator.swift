import Foundation
import Model
import Postgres
import Synchronization

/// Finds the experiment that a key names, for a caller and an action.
///
/// Looks only into workspaces where the caller may read or log. What it found it keeps for a few seconds, by key and
/// by those workspaces: two callers who see different workspaces never share an answer. The right is checked at every
/// call, against the access that came with it.
final class ExperimentLocator: Sendable {
    /// An experiment, and the proof that the caller may do to it what was asked for.
    struct Located: Sendable {
        let place: ExperimentPlace
        let permit: Permit
        let owner: ID<Account>
        let name: String
    }

    static let cachedMax = 50_000

    private let store: LocatorStore
    private let cacheFor: Duration
    private let cache = Mutex<[Sight: Kept]>([:])

    init(database: Database, cacheFor: Duration = .seconds(3)) {
        self.store = LocatorStore(database: database)
        self.cacheFor = cacheFor
    }

    /// Throws `.notFound`, reason `experiment_unknown`, when there is none that the caller may know of; `.forbidden`
    /// when the caller may see it but not do `action`.
    func locate(_ key: String, _ action: Action, as access: Access) async throws -> Located {
        try await locate(key, anyOf: [action], as: access)
    }

    /// For what readers and loggers alike may ask: the first of `actions` that is allowed.
    func locate(_ key: String, anyOf actions: [Action], as access: Access) async throws -> Located {
        let found = try await candidates(key, as: access)
        for candidate in found {
            for action in actions where access.allows(action, on: candidate.place.scope) {
                return try located(candidate, action, as: access)
            }
        }
        guard let action = actions.first else { throw Failure.experimentUnknown }
        if let first = found.first { return try located(first, action, as: access) }
        let shut = try await shut(key, to: access)
        guard let first = shut.first else { throw Failure.experimentUnknown }
        return try located(first, action, as: access)
    }

    /// In workspaces that ask the caller for a second factor: to be refused with that reason.
    private func shut(_ key: String, to access: Access) async throws -> [Candidate] {
        let workspaces = access.shutWorkspaces.map(\.uuid)
        guard !workspaces.isEmpty, (try? ExperimentKey.check(key)) != nil else { return [] }
        return try await store.candidates(keys: [key], in: workspaces)
    }

    /// Every key's experiment, in the order of the keys, for an action on all of them. Unknown keys are passed over;
    /// throws `.notFound` when all are, and whatever the first that is not allowed throws.
    func locateAll(
        _ keys: [String], as access: Access, _ check: (Candidate) throws -> Void
    ) async throws -> [ExperimentPlace] {
        let rows = try await store.candidates(keys: keys, in: Self.workspaces(of: access))
        var byKey: [String: Candidate] = [:]
        for row in rows where byKey[row.place.key] == nil && Self.mayKnow(of: row.place, access) {
            byKey[row.place.key] = row
        }
        guard !byKey.isEmpty else { throw Failure.experimentUnknown }
        return try keys.compactMap { key in
            guard let candidate = byKey.removeValue(forKey: key) else { return nil }
            try check(candidate)
            return candidate.place
        }
    }

    /// Spares the look-up that will follow the start of an experiment.
    func remember(_ candidate: Candidate, for access: Access) {
        keep([candidate], Sight(key: candidate.place.key, workspaces: Self.workspaces(of: access)))
    }

    /// After a rename, a move or a deletion in this process. Others see it when what they keep has aged.
    func forget(_ keys: some Sequence<String>) {
        let gone = Set(keys)
        cache.withLock { kept in kept = kept.filter { !gone.contains($0.key.key) } }
    }

    /// The workspaces that a caller's keys are looked for in, in a fixed order: also what its row-level security shows.
    static func workspaces(of access: Access) -> [UUID] {
        let (read, log) = (access.workspaces(allowing: .read), access.workspaces(allowing: .log))
        let all = read == log ? read : Array(Set(read).union(log))
        return all.map(\.uuid).sorted()
    }
}

extension ExperimentLocator {
    struct Candidate: Sendable {
        let place: ExperimentPlace
        let owner: ID<Account>
        let name: String
    }

    private struct Sight: Hashable { let key: String, workspaces: [UUID] }
    private struct Kept { let found: [Candidate], until: ContinuousClock.Instant }

    private func candidates(_ key: String, as access: Access) async throws -> [Candidate] {
        let sight = Sight(key: key, workspaces: Self.workspaces(of: access))
        if let kept = cache.withLock({ $0[sight] }), kept.until > .now { return kept.found }
        guard !sight.workspaces.isEmpty, (try? ExperimentKey.check(key)) != nil else { return [] }
        let found = try await store.candidates(keys: [key], in: sight.workspaces)
        if !found.isEmpty { keep(found, sight) }
        return found
    }

    private func keep(_ found: [Candidate], _ sight: Sight) {
        let now = ContinuousClock.now
        cache.withLock { kept in
            if kept.count >= Self.cachedMax { kept = kept.filter { $0.value.until > now } }
            if kept.count >= Self.cachedMax { kept.removeAll() }
            kept[sight] = Kept(found: found, until: now + cacheFor)
        }
    }

    private func located(_ candidate: Candidate, _ action: Action, as access: Access) throws(Failure) -> Located {
        do {
            let permit = try access.require(action, on: candidate.place.scope)
            return Located(place: candidate.place, permit: permit, owner: candidate.owner, name: candidate.name)
        } catch {
            throw error.code == .notFound ? Failure.experimentUnknown : error
        }
    }

    private static func mayKnow(of place: ExperimentPlace, _ access: Access) -> Bool {
        access.allows(.read, on: place.scope) || access.allows(.log, on: place.scope)
    }
}
