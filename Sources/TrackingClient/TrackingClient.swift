public import Model
public import Wire
public import WireMessages

/// Typed calls to the tracking service: protobuf in and out, one method per RPC.
///
/// Calls that only read, and writes that change nothing when repeated, are retried by Wire on a lost connection.
public struct TrackingClient: Sendable {
    let rpc: RPCClient

    public init(rpc: RPCClient) {
        self.rpc = rpc
    }

    // MARK: - The life of an experiment

    /// Throws `.conflict` with reason `experiment_exists` in mode CREATE when the key is taken. A repetition that
    /// carries the idempotency key of the first call gets the same run again.
    public func start(
        _ q: StartExperimentRequest, _ context: CallContext
    ) async throws(Failure) -> StartExperimentResponse {
        try await rpc.call(TrackingMethod.startExperiment, q, context)
    }

    /// Throws `.notFound` with reason `experiment_unknown`.
    public func locate(
        _ q: LocateExperimentRequest, _ context: CallContext
    ) async throws(Failure) -> LocateExperimentResponse {
        try await rpc.call(TrackingMethod.locateExperiment, q, context, retry: .idempotent)
    }

    public func copySteps(
        _ q: CopyStepsRequest, _ context: CallContext
    ) async throws(Failure) -> StartExperimentResponse {
        try await rpc.call(TrackingMethod.copySteps, q, context)
    }

    public func reportStatus(
        _ q: ReportStatusRequest, _ context: CallContext
    ) async throws(Failure) -> ReportStatusResponse {
        try await rpc.call(TrackingMethod.reportStatus, q, context, retry: .idempotent)
    }

    public func setTimes(_ q: SetTimesRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.setTimes, q, context, retry: .idempotent)
    }

    // MARK: - Looking at experiments

    public func get(_ q: GetExperimentRequest, _ context: CallContext) async throws(Failure) -> GetExperimentResponse {
        try await rpc.call(TrackingMethod.getExperiment, q, context, retry: .idempotent)
    }

    /// One page. Pages end early when the answer would not fit one message: go on while `nextCursor` is not empty.
    public func list(
        _ q: ListExperimentsRequest, _ context: CallContext
    ) async throws(Failure) -> ListExperimentsResponse {
        try await rpc.call(TrackingMethod.listExperiments, q, context, retry: .idempotent)
    }

    /// Every page of `list`, up to its `limit` (0: all, at most 100,000), following the cursors.
    public func listAll(
        _ q: ListExperimentsRequest, _ context: CallContext
    ) async throws(Failure) -> ListExperimentsResponse {
        let wanted = q.limit == 0 ? 100_000 : Int(q.limit)
        var (all, page) = (try await list(q, context), q)
        while !all.nextCursor.isEmpty, all.experiments.count < wanted {
            (page.cursor, page.offset) = (all.nextCursor, 0)
            page.limit = UInt32(wanted - all.experiments.count)
            let more = try await list(page, context)
            all.experiments += more.experiments
            all.nextCursor = more.nextCursor
        }
        return all
    }

    public func count(
        _ q: CountExperimentsRequest, _ context: CallContext
    ) async throws(Failure) -> CountExperimentsResponse {
        try await rpc.call(TrackingMethod.countExperiments, q, context, retry: .idempotent)
    }

    public func query(
        _ q: QueryExperimentsRequest, _ context: CallContext
    ) async throws(Failure) -> QueryExperimentsResponse {
        try await rpc.call(TrackingMethod.queryExperiments, q, context, retry: .idempotent)
    }

    public func columns(_ q: ListColumnsRequest, _ context: CallContext) async throws(Failure) -> ListColumnsResponse {
        try await rpc.call(TrackingMethod.listColumns, q, context, retry: .idempotent)
    }

    // MARK: - Tidying up

    public func archive(_ q: ArchiveExperimentsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.archiveExperiments, q, context, retry: .idempotent)
    }

    /// For good. Keys that are gone already are passed over when at least one is there.
    public func delete(_ q: DeleteExperimentsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.deleteExperiments, q, context)
    }

    public func move(_ q: MoveExperimentsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.moveExperiments, q, context)
    }
}
