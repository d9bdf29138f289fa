import Foundation
import Model
import SwiftProtobuf
import TestKit
import Testing
import Wire
import WireMessages

@testable import TrackingService

/// Every method of the service, tried by everybody.
@Suite struct RightsTests {
    typealias Row = RightsRow<Desk>

    private static func workspace(_ desk: Desk) -> Data { Data(desk.alice.workspace.bytes) }
    private static func project(_ desk: Desk) -> Data { Data(desk.alice.project.bytes) }
    private static func freshKey() -> String { UUID().uuidString.lowercased().replacing("-", with: "") }

    /// An experiment that somebody else has started.
    private static func started(_ desk: Desk) async throws -> String {
        let key = freshKey()
        try await desk.start(key, name: "secret")
        return key
    }

    /// For methods that name one experiment.
    private static func of<Q: Message>(
        _ method: TrackingMethod, _ rule: Row.Rule, _ shape: Row.Shape = .unary,
        _ fill: @escaping @Sendable (inout Q, _ key: String) -> Void
    ) -> Row {
        Row(method, rule, shape) { desk, _ in
            let key = try await started(desk)
            return Q.with { fill(&$0, key) }
        }
    }

    private static let runs: [Row] = [
        Row(TrackingMethod.startExperiment, .needs(.log)) { desk, _ in
            StartExperimentRequest.with {
                ($0.workspaceID, $0.projectID, $0.key) = (workspace(desk), project(desk), freshKey())
            }
        },
        of(.locateExperiment, .needs(.read)) { (q: inout LocateExperimentRequest, key) in q.key = key },
        of(.locateExperiment, .needs(.log)) { (q: inout LocateExperimentRequest, key) in
            (q.key, q.resume) = (key, true)
        },
        of(.copySteps, .needs(.log)) { (q: inout CopyStepsRequest, key) in
            (q.sourceKey, q.targetKey) = (key, freshKey())
        },
        of(.reportStatus, .needs(.log)) { (q: inout ReportStatusRequest, key) in (q.key, q.kind) = (key, .beat) },
        of(.setTimes, .needs(.log)) { (q: inout SetTimesRequest, key) in (q.key, q.startedMs) = (key, 1) },
        of(.getExperiment, .needs(.read)) { (q: inout GetExperimentRequest, key) in q.key = key },
        of(.archiveExperiments, .needs(.edit)) { (q: inout ArchiveExperimentsRequest, key) in q.keys = [key] },
        of(.deleteExperiments, .needs(.delete)) { (q: inout DeleteExperimentsRequest, key) in q.keys = [key] },
        Row(TrackingMethod.moveExperiments, .needs(.edit)) { desk, _ in
            let key = try await started(desk)
            return MoveExperimentsRequest.with {
                ($0.keys, $0.workspaceID, $0.projectID) = ([key], workspace(desk), project(desk))
            }
        },
        of(.watchExperiment, .needs(.read), .download) { (q: inout WatchExperimentRequest, key) in q.key = key },
    ]

    private static let lists: [Row] = [
        Row(TrackingMethod.listExperiments, .needs(.read)) { desk, _ in
            ListExperimentsRequest.with { ($0.workspaceID, $0.projectID) = (workspace(desk), project(desk)) }
        },
        Row(TrackingMethod.listExperiments, .needs(.read)) { desk, _ in
            ListExperimentsRequest.with { $0.workspaceID = workspace(desk) }
        },
        Row(TrackingMethod.countExperiments, .needs(.read)) { desk, _ in
            CountExperimentsRequest.with { $0.workspaceID = workspace(desk) }
        },
        Row(TrackingMethod.countExperiments, .shows(.read)) { desk, _ in
            CountExperimentsRequest.with { ($0.workspaceID, $0.projectIds) = (workspace(desk), [project(desk)]) }
        },
        Row(TrackingMethod.queryExperiments, .needs(.read)) { desk, _ in
            QueryExperimentsRequest.with { ($0.workspaceID, $0.projectID) = (workspace(desk), project(desk)) }
        },
        Row(TrackingMethod.listColumns, .needs(.read)) { desk, _ in
            ListColumnsRequest.with { ($0.workspaceID, $0.projectID) = (workspace(desk), project(desk)) }
        },
    ]

    private static let metrics: [Row] = [
        of(.appendMetrics, .needs(.log)) { (q: inout AppendMetricsRequest, key) in
            q.key = key
            q.batch.series = [.with { $0.name = "m" }]
            (q.batch.seriesIndex, q.batch.values, q.batch.steps, q.batch.timesMs) = ([0], [1], [1], [1])
        },
        of(.listSummaries, .needs(.read)) { (q: inout ListSummariesRequest, key) in q.key = key },
        of(.readSeries, .needs(.read), .download) { (q: inout ReadSeriesRequest, key) in
            (q.key, q.allNames) = (key, true)
        },
        of(.sampleSeries, .needs(.read)) { (q: inout SampleSeriesRequest, key) in
            (q.key, q.name, q.width) = (key, "m", 100)
        },
    ]

    private static let values: [Row] = [
        of(.logParameters, .needs(.log)) { (q: inout LogParametersRequest, key) in
            q.key = key
            q.parameters = .with {
                ($0.texts, $0.lengths, $0.forms) = (Data("p1".utf8), [1, 1, 0, 0, 0], Data([0]))
                ($0.timesMs, $0.steps) = ([1], [.nan])
            }
        },
        of(.deleteParameters, .needs(.log)) { (q: inout DeleteParametersRequest, key) in
            (q.key, q.names) = (key, ["p"])
        },
        of(.logOthers, .needs(.log)) { (q: inout LogOthersRequest, key) in
            (q.key, q.others) = (key, [.with { ($0.name, $0.value) = ("o", "1") }])
        },
        of(.editTags, .needs(.log)) { (q: inout EditTagsRequest, key) in (q.key, q.add) = (key, ["t"]) },
        of(.getValues, .needs(.read)) { (q: inout GetValuesRequest, key) in q.key = key },
        of(.appendOutput, .needs(.log)) { (q: inout AppendOutputRequest, key) in
            (q.key, q.lines) = (key, [.with { $0.text = "x" }])
        },
        of(.readOutput, .needs(.read), .download) { (q: inout ReadOutputRequest, key) in q.key = key },
        of(.mergeSystemDetails, .needs(.log)) { (q: inout MergeSystemDetailsRequest, key) in
            (q.key, q.json) = (key, "{}")
        },
        of(.getSystemDetails, .needs(.read)) { (q: inout GetSystemDetailsRequest, key) in q.key = key },
        of(.setDocument, .needs(.log)) { (q: inout SetDocumentRequest, key) in
            (q.key, q.kind, q.content) = (key, "html", "x")
        },
        of(.getDocument, .needs(.read)) { (q: inout GetDocumentRequest, key) in (q.key, q.kind) = (key, "html") },
    ]

    private static let calls: [Row] = [
        of(.registerRpc, .needs(.log)) { (q: inout RegisterRPCRequest, key) in (q.key, q.function.name) = (key, "f") },
        of(.callRpc, .needs(.log)) { (q: inout CallRPCRequest, key) in
            (q.key, q.function, q.builtIn) = (key, "stop", true)
        },
        of(.pendingRpcs, .needs(.log)) { (q: inout PendingRPCsRequest, key) in q.key = key },
        of(.listRpcs, .needs(.read)) { (q: inout ListRPCsRequest, key) in q.key = key },
        Row(TrackingMethod.saveRpcResult, .needs(.log)) { desk, _ in
            let key = try await started(desk)
            let call = try await desk.calls.call(
                "stop", isBuiltIn: true, arguments: [:], on: key, as: desk.alice.access)
            return SaveRPCResultRequest.with { ($0.key, $0.callID, $0.result) = (key, call.uuidString, "x") }
        },
    ]

    @Test func `every method asks for the right that the matrix has for it`() async throws {
        try await Desk.with { desk in
            let service = TrackingService(database: desk.database, logger: ScratchDatabase.logger)
            var methods = Methods()
            service.register(in: &methods)
            let rights = Rights(Self.runs + Self.lists + Self.metrics + Self.values + Self.calls)
            #expect(rights.strays(methods) == [])
            let secrets = [desk.alice.workspace.bytes, desk.alice.project.bytes, Array("secret".utf8)]
            let found = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }  // commits what is appended
                defer { group.cancelAll() }
                return try await rights.violations(
                    of: methods, in: desk.alice.workspace, desk, secrets: secrets)
            }
            #expect(found == [])
        }
    }
}
