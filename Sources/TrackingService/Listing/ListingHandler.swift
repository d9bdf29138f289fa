import Foundation
import Model
import Wire
import WireMessages

/// LIST_EXPERIMENTS, COUNT_EXPERIMENTS.
struct ListingHandler: Sendable {
    let listing: Listing

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.listExperiments, .access, list)
        methods.unary(TrackingMethod.countExperiments, .access, count)
    }

    func list(_ q: ListExperimentsRequest, _ call: Call) async throws -> ListExperimentsResponse {
        let access = try call.requireAccess()
        try TextRule.check(q.text, "text to look for", bytesMax: Listing.Query.textBytesMax)
        let sort = try Sort(q.sort)
        let query = Listing.Query(
            workspace: try Field.id(q.workspaceID, "workspace_id"),
            project: q.projectID.isEmpty ? nil : try Field.id(q.projectID, "project_id"), archived: q.archived,
            text: q.text, sort: sort, descending: q.descending,
            limit: q.limit == 0 ? Listing.Query.limitMax : min(Int(q.limit), Listing.Query.limitMax),
            offset: Int(q.offset), cursor: q.cursor.isEmpty ? nil : try Cursor(q.cursor, sort, q.descending),
            detail: Listing.Detail(values: q.withValues, summaries: q.withSummaries))
        let page = try await listing.list(query, as: access)
        var response = ListExperimentsResponse()
        response.experiments = page.entries.map(\.record)
        response.nextCursor = page.next?.text ?? ""
        response.total = Int64(page.total)
        return response
    }

    func count(_ q: CountExperimentsRequest, _ call: Call) async throws -> CountExperimentsResponse {
        let access = try call.requireAccess()
        var projects: [ID<Project>] = []
        for id in q.projectIds { projects.append(try Field.id(id, "project_ids")) }
        let counts = try await listing.count(
            projects, in: Field.id(q.workspaceID, "workspace_id"), as: access)
        var response = CountExperimentsResponse()
        response.counts = counts.map { count in
            var record = CountExperimentsResponse.Count()
            record.projectID = Data(count.project.bytes)
            record.experiments = Int64(count.experiments)
            record.running = Int64(count.running)
            record.updatedMs = count.updatedAt.milliseconds
            return record
        }
        return response
    }
}

extension Listing.Entry {
    var record: ExperimentRecord {
        var record = ExperimentRecord(run)
        record.summaries = summaries.map(SummaryRecord.init)
        return record
    }
}

extension SummaryRecord {
    init(_ summary: MetricSummary) {
        self.init()
        (name, context, batches) = (summary.name, summary.context, summary.batches)
        (current, currentMs) = (summary.current.value, summary.current.time)
        currentStep = Self.step(summary.current.step)
        (min, minMs) = (summary.least?.value ?? .nan, summary.least?.time ?? 0)
        minStep = Self.step(summary.least?.step)
        (max, maxMs) = (summary.greatest?.value ?? .nan, summary.greatest?.time ?? 0)
        maxStep = Self.step(summary.greatest?.step)
    }

    /// Stored as -infinity where there was none, so that it sorts first.
    private static func step(_ step: Double?) -> Double {
        guard let step, step.isFinite else { return .nan }
        return step
    }
}
