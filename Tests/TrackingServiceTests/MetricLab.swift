import Foundation
import Model
import Postgres
import Series
import TestKit

@testable import TrackingService

/// Two workspaces with an experiment each, and the metrics of both.
struct MetricLab: Sendable {
    let metrics: Metrics
    let owner: Database
    let database: Database
    let ours: MetricPlace
    let theirs: MetricPlace
    /// An experiment that is not there.
    let nowhere: MetricPlace

    static let ourKey = String(repeating: "a", count: 32)
    static let theirKey = String(repeating: "b", count: 32)
    static let noKey = String(repeating: "c", count: 32)

    /// Everything is due to be merged, but only when a test says so.
    static var patient: MergeSettings {
        var settings = MergeSettings()
        (settings.pointsDue, settings.idlePause) = (0, .seconds(3600))
        return settings
    }

    static func with(
        _ settings: MergeSettings = MetricLab.patient, _ body: (MetricLab) async throws -> Void
    ) async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            let lab = try await MetricLab(database, owner, settings)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await lab.metrics.run() }
                try await body(lab)
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
            }
        }
    }

    init(
        _ database: Database, _ owner: Database, _ settings: MergeSettings, _ brake: MetricBrake = MetricBrake()
    ) async throws {
        let workspaces = [UUID.version7(), .version7()]
        let places = (0..<3).map { MetricPlace(workspace: ID(workspaces[$0 % 2]), experiment: .fresh()) }
        let byKey = [MetricLab.ourKey: places[0], MetricLab.theirKey: places[1], MetricLab.noKey: places[2]]
        (ours, theirs, nowhere) = (places[0], places[1], places[2])
        (self.owner, self.database) = (owner, database)
        metrics = Metrics(
            database, settings, brake, ScratchDatabase.logger,
            locate: { key, access, action in
                guard let place = byKey[key] else { throw Failure(.notFound, "no such key") }
                return (place, try access.require(action, on: .workspace(ID(place.workspace))))
            }, changed: { _, _ in })
        for (key, place) in byKey where key != MetricLab.noKey {
            try await owner.run(
                """
                INSERT INTO tracking.experiments (workspace_id, id, project_id, key, name, owner_id, owner_name, started_at)
                VALUES (\(place.workspace), \(place.experiment), \(UUID.version7()), \(key), 'n', \(UUID.version7()), 'o', now())
                """, for: .none)
        }
    }

    /// Somebody who may log in this one's workspace.
    func access(_ place: MetricPlace, _ role: Role = .editor) -> Access {
        Access(
            kind: .person, principal: .fresh(), name: "ada", grants: [Grant(role, on: .workspace(ID(place.workspace)))],
            credential: .fresh(), expiresAt: .distantFuture)
    }

    func append(_ batch: Columns, _ series: SeriesName = SeriesName("loss"), to key: String = MetricLab.ourKey)
        async throws
    {
        try await append([(series, batch)], to: key)
    }

    func append(_ batch: [(SeriesName, Columns)], to key: String = MetricLab.ourKey) async throws {
        var (index, columns): ([UInt32], Columns) = ([], Columns())
        for (number, part) in batch.enumerated() {
            index += [UInt32](repeating: UInt32(number), count: part.1.count)
            columns.append(part.1)
        }
        let draft = try MetricDraft(series: batch.map(\.0), index: index, columns: columns)
        try await metrics.append(draft, to: key, as: access(key == MetricLab.theirKey ? theirs : ours))
    }

    func read(_ filter: SeriesFilter = SeriesFilter(), of key: String = MetricLab.ourKey) async throws -> [SeriesName:
        Columns]
    {
        var all: [SeriesName: Columns] = [:]
        try await metrics.read(filter, of: key, as: access(key == MetricLab.theirKey ? theirs : ours), begin: {}) {
            all[$0, default: Columns()].append($1)
        }
        return all
    }

    func mergeAll() async throws {
        // The lab's own merger may hold an experiment just now.
        repeat { _ = try await metrics.merger.pass() } while try await count("tracking.metric_pending") > 0
    }

    func count(_ table: SQL) async throws -> Int {
        try await owner.first("SELECT count(*) FROM \(table)", for: .none) { row in try row.read(Int.self) } ?? -1
    }
}

extension Columns {
    /// Points of every odd kind that a client may send.
    static func odd(_ count: Int, steps: Int, using random: inout SeededRandom) -> Columns {
        let values: [Double] = [.nan, .infinity, -.infinity, 0, 1, -1, 2.5]
        return Columns(
            (0..<count).map { _ in
                let isOdd = Int.random(in: 0..<10, using: &random) == 0
                return Point(
                    step: isOdd ? .nan : Double(Int.random(in: 0..<steps, using: &random)),
                    epoch: isOdd ? 1 : .nan,
                    time: Int64.random(in: 1_700_000_000_000..<1_700_000_000_050, using: &random),
                    value: values.randomElement(using: &random) ?? 0)
            })
    }

    static func ramp(_ range: Range<Int>) -> Columns {
        Columns(range.map { Point(step: Double($0), time: Int64($0) * 10, value: Double(($0 * 7919) % 1000)) })
    }
}
