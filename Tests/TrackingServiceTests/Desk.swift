import Foundation
import Model
import Postgres
import TestKit

@testable import TrackingService

/// The slices of the service over a scratch database, and two tenants who know nothing of each other.
struct Desk: Sendable {
    let database: Database
    let owner: Database
    let locator: ExperimentLocator
    let changes: ChangeHub
    let pulse: Pulse
    let runs: Runs
    let statuses: Statuses
    let values: Values
    let console: Console
    let details: SystemDetails
    let documents: Documents
    let calls: RemoteCalls
    let listing: Listing
    let search: Search
    let tidying: Tidying
    let alice = Tenant("alice")
    let mallory = Tenant("mallory")

    static func with<T>(_ body: (Desk) async throws -> T) async throws -> T {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            try await body(Desk(database, owner))
        }
    }

    init(_ database: Database, _ owner: Database) {
        (self.database, self.owner) = (database, owner)
        locator = ExperimentLocator(database: database, cacheFor: .seconds(3))
        changes = ChangeHub()
        pulse = Pulse(store: PulseStore(database: database), every: .zero)
        let activity = Activity(pulse: pulse, changes: changes)
        runs = Runs(store: RunStore(database: database), locator: locator, activity: activity)
        statuses = Statuses(store: StatusStore(database: database), locator: locator, changes: changes)
        values = Values(store: ValueStore(database: database), locator: locator, activity: activity)
        console = Console(store: ConsoleStore(database: database), locator: locator, activity: activity)
        details = SystemDetails(store: SystemStore(database: database), locator: locator, activity: activity)
        documents = Documents(store: DocumentStore(database: database), locator: locator, activity: activity)
        calls = RemoteCalls(store: RemoteCallStore(database: database), locator: locator, activity: activity)
        listing = Listing(store: ListingStore(database: database), locator: locator)
        search = Search(store: SearchStore(database: database))
        tidying = Tidying(store: TidyingStore(database: database), locator: locator, changes: changes)
    }

    @discardableResult
    func start(
        _ key: String, by tenant: Tenant? = nil, name: String = "", startedAt: Date = Date(),
        ifExists: Runs.IfExists = .refuse,
        token: String = ""
    ) async throws -> Runs.Started {
        let tenant = tenant ?? alice
        let draft = try Run.Draft(
            workspace: tenant.workspace, project: tenant.project, key: key, name: name, startedAt: startedAt,
            token: token)
        return try await runs.start(draft, ifExists: ifExists, as: tenant.access)
    }

    func state(_ key: String) async throws -> Run.State {
        try await runs.get(key, as: alice.access).state
    }
}

struct Tenant: Sendable {
    let workspace = ID<Workspace>.fresh()
    let project = ID<Project>.fresh()
    let account = ID<Account>.fresh()
    let name: String

    init(_ name: String) {
        self.name = name
    }

    var access: Access { access(.owner) }

    func access(_ role: Role, limits: Access.Limits = Access.Limits()) -> Access {
        Access(
            kind: .person, principal: account, name: name, grants: [Grant(role, on: .workspace(workspace))],
            limits: limits, credential: .fresh(), expiresAt: .distantFuture)
    }
}

/// A key that is told apart by its number.
func key(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "k", count: 32 - digits.count) + digits
}

func value(_ name: String, _ text: String, at time: Int64 = 1) throws -> LoggedValue {
    try LoggedValue(name: name, value: text, time: time)
}

/// Throws after five seconds in which `condition` was never true.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw Failure(.deadline, "It did not happen within five seconds.")
}

/// The failure's code and reason, as `notFound experiment_unknown`; empty when nothing was thrown.
func refusal(_ body: () async throws -> some Any) async -> String {
    do {
        _ = try await body()
        return ""
    } catch let failure as Failure {
        return failure.reason.isEmpty ? failure.code.rawValue : "\(failure.code.rawValue) \(failure.reason)"
    } catch {
        return "\(error)"
    }
}

extension Values {
    func logParameters(_ values: [LoggedValue], to key: String, as access: Access) async throws {
        try await logParameters(ValueBatch(values), to: key, as: access)
    }
}
